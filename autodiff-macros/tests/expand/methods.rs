#[differentiate]
impl Model {
    pub fn energy(&self, x: f64) -> f64 {
        self.stiffness * x * x
    }
}
