//! A robot arm of six joints that reaches for a pose: inverse kinematics with the quaternions of `nalgebra`.
//!
//! Joints turn about their axes, one behind the other; where the hand is, and how it is turned, is a product of isometries. What it
//! misses the goal by, in position and in turn, are six residuals, which Levenberg–Marquardt brings to zero along a path of
//! goals, each from the joints of the one before. The Jacobian of the residuals by the joints is that of the arm.
//!
//! `cargo run --release --example robot_arm`

use autodiff_runtime::{differentiate, solvers::LevenbergMarquardt};
use nalgebra::{Isometry3, Translation3, UnitQuaternion, Vector3};
use std::{error::Error, f64::consts::PI};

use arm::{JOINTS, miss};

#[differentiate]
mod arm {
    use nalgebra::{Isometry3, Translation3, UnitQuaternion, Vector3};

    pub const JOINTS: usize = 6;

    /// The turn of a joint: the first, the fourth and the last about the axis of their link, the others across.
    fn joint(number: usize, angle: f64) -> UnitQuaternion<f64> {
        if number == 0 || number == 3 || number == 5 {
            UnitQuaternion::from_axis_angle(&Vector3::z_axis(), angle)
        } else {
            UnitQuaternion::from_axis_angle(&Vector3::y_axis(), angle)
        }
    }

    /// Where the hand is, and how it is turned.
    pub fn hand(angles: &[f64; JOINTS], #[no_diff] links: &[f64; JOINTS]) -> Isometry3<f64> {
        let mut pose = Isometry3::identity();
        for i in 0..JOINTS {
            pose = pose * joint(i, angles[i]) * Translation3::new(0.0, 0.0, links[i]);
        }
        pose
    }

    /// What the hand misses a pose by: in position, and by which turn.
    pub fn miss(
        angles: &[f64; JOINTS],
        #[no_diff] links: &[f64; JOINTS],
        #[no_diff] goal: &Isometry3<f64>,
    ) -> [f64; 6] {
        let hand = hand(angles, links);
        let shift = hand.translation.vector - goal.translation.vector;
        let turn = (goal.rotation.inverse() * hand.rotation).scaled_axis();
        [shift.x, shift.y, shift.z, turn.x, turn.y, turn.z]
    }
}

/// A circle before the arm, along which the hand turns.
fn goal(t: f64) -> Isometry3<f64> {
    let place = Translation3::new(0.6, 0.3 * t.cos(), 0.9 + 0.3 * t.sin());
    let down = UnitQuaternion::from_axis_angle(&Vector3::y_axis(), 0.6 * PI);
    Isometry3::from_parts(
        place,
        down * UnitQuaternion::from_scaled_axis(Vector3::new(0.2 * t.sin(), 0.0, 0.3 * t)),
    )
}

fn main() -> Result<(), Box<dyn Error>> {
    let links = [0.4, 0.5, 0.05, 0.45, 0.05, 0.1];
    let mut angles = [0.1, 0.3, 1.2, 0.2, 0.5, 0.1];

    // The Jacobian against differences.
    let start = goal(0.0);
    let (at, jacobian) = miss::value_and_jacobian(&angles, &links, &start);
    let mut worst = 0.0_f64;
    for j in 0..JOINTS {
        let moved = |h: f64| {
            let mut angles = angles;
            angles[j] += h;
            miss(&angles, &links, &start)
        };
        let (up, down) = (moved(1e-6), moved(-1e-6));
        for i in 0..at.len() {
            worst = worst.max((jacobian[i][j] - (up[i] - down[i]) / 2e-6).abs());
        }
    }
    println!("the Jacobian of the arm differs from differences by {worst:.1e}");
    assert!(worst < 1e-8);

    let steps = 24;
    let mut iterations = 0;
    for step in 0..=steps {
        let goal = goal(2.0 * PI * f64::from(step) / f64::from(steps));
        let at = |angles: &[f64; JOINTS]| miss::value_and_jacobian(angles, &links, &goal);
        let report = LevenbergMarquardt::new().max_iterations(200).minimize(at, &mut angles)?;
        iterations += report.iterations;
        let left = miss(&angles, &links, &goal).iter().fold(0.0_f64, |left, miss| left.max(miss.abs()));
        assert!(left < 1e-9, "step {step}: the goal is missed by {left}");
        if step % 6 == 0 {
            let degrees = angles.map(|angle| format!("{:7.1}", angle.to_degrees())).join(" ");
            println!("goal {step:2}: joints at {degrees} degrees, missed by {left:.0e}");
        }
    }
    println!("{} poses, {:.1} iterations each", steps + 1, iterations as f64 / f64::from(steps + 1));
    Ok(())
}
