//! Where cameras stood and what they saw, from the pictures alone, written with the types of `nalgebra`.
//!
//! Five cameras look at a cloud of points; each picture tells where the points are seen, to a tenth of a pixel. The poses, focal lengths and
//! distortions of the cameras and the places of the points follow from that, up to one similarity, which the first camera
//! and the size of the cloud fix. All are moved at once by Levenberg-Marquardt; the gradient is checked against differences first.
//!
//! `cargo run --release --example bundle_adjustment`

use autodiff_runtime::{check, differentiate, solvers::LevenbergMarquardt};
use nalgebra::{Isometry3, Point3, Vector2, Vector3};
use std::error::Error;

use scene::{Camera, Scene, loss, misses};

const CAMERAS: usize = 5;
const POINTS: usize = 40;

#[differentiate]
mod scene {
    use nalgebra::{Isometry3, Point3, Vector2, Vector3};

    #[derive(Clone)]
    pub struct Camera {
        /// The pose: a scaled axis, and a translation.
        pub turn: Vector3<f64>,
        pub shift: Vector3<f64>,
        pub focal: f64,
        pub distortion: f64,
    }

    #[derive(Clone)]
    pub struct Scene {
        pub cameras: Vec<Camera>,
        pub points: Vec<Point3<f64>>,
    }

    impl Camera {
        /// Where in the picture a point is seen.
        pub fn project(&self, point: &Point3<f64>) -> Vector2<f64> {
            let seen = Isometry3::new(self.shift, self.turn) * point;
            let direction = Vector2::new(seen.x / seen.z, seen.y / seen.z);
            let bent = 1.0 + self.distortion * direction.norm_squared();
            direction * (self.focal * bent)
        }
    }

    /// How far points would be from where they are seen, in both directions; and what no picture tells: where the first camera
    /// is, and how large everything is.
    pub fn misses(scene: &Scene, #[no_diff] pictures: &[Vec<Vector2<f64>>]) -> Vec<f64> {
        let mut misses = Vec::new();
        for (camera, picture) in scene.cameras.iter().zip(pictures) {
            for (point, seen) in scene.points.iter().zip(picture) {
                let miss = camera.project(point) - seen;
                misses.push(miss.x);
                misses.push(miss.y);
            }
        }
        let first = &scene.cameras[0];
        for i in 0..3 {
            misses.push(100.0 * first.turn[i]);
            misses.push(100.0 * first.shift[i]);
        }
        misses.push(100.0 * ((first.shift - scene.cameras[1].shift).norm() - 2.0));
        misses
    }

    /// Half the sum of their squares.
    pub fn loss(scene: &Scene, #[no_diff] pictures: &[Vec<Vector2<f64>>]) -> f64 {
        0.5 * misses(scene, pictures).iter().map(|miss| miss * miss).sum::<f64>()
    }
}

/// Numbers between -1 and 1 that look like chance.
fn noise(seed: usize) -> f64 {
    let x = (seed as f64 * 12.9898).sin() * 43758.5453;
    2.0 * (x - x.floor()) - 1.0
}

fn truth() -> Scene {
    let cameras = (0..CAMERAS)
        .map(|i| {
            let angle = 0.25 * i as f64;
            let turn = Vector3::new(0.02 * (i as f64).sin(), angle, 0.03 * i as f64);
            // All look at the cloud, six units before the first one.
            let pose = Isometry3::new(Vector3::zeros(), turn);
            let shift = Vector3::new(0.0, 0.0, 6.0) - pose * Vector3::new(0.0, 0.0, 6.0);
            Camera { turn, shift, focal: 500.0 + 10.0 * i as f64, distortion: 0.05 }
        })
        .collect::<Vec<_>>();
    let points =
        (0..POINTS).map(|i| Point3::new(noise(3 * i), noise(3 * i + 1), 6.0 + noise(3 * i + 2))).collect();
    let mut scene = Scene { cameras, points };
    // In the unit of which the loss knows: the first two cameras are two apart.
    let scale = 2.0 / (scene.cameras[0].shift - scene.cameras[1].shift).norm();
    scene.cameras.iter_mut().for_each(|camera| camera.shift *= scale);
    scene.points.iter_mut().for_each(|point| *point *= scale);
    scene
}

fn main() -> Result<(), Box<dyn Error>> {
    let truth = truth();
    let pictures: Vec<Vec<Vector2<f64>>> = truth
        .cameras
        .iter()
        .enumerate()
        .map(|(c, camera)| {
            let seen = |(p, point): (usize, &Point3<f64>)| {
                let seed = 1000 + 2 * (c * POINTS + p);
                camera.project(point) + Vector2::new(noise(seed), noise(seed + 1)) * 0.1
            };
            truth.points.iter().enumerate().map(seen).collect()
        })
        .collect();

    // A guess, as other methods give it.
    let mut scene = truth.clone();
    for (i, camera) in scene.cameras.iter_mut().enumerate().skip(1) {
        camera.turn += Vector3::new(noise(i), noise(i + 10), noise(i + 20)) * 0.03;
        camera.shift += Vector3::new(noise(i + 30), noise(i + 40), noise(i + 50)) * 0.2;
    }
    for (i, camera) in scene.cameras.iter_mut().enumerate() {
        camera.focal = 510.0 + 5.0 * noise(i);
        camera.distortion = 0.0;
    }
    for (i, point) in scene.points.iter_mut().enumerate() {
        *point += Vector3::new(noise(i + 60), noise(i + 160), noise(i + 260)) * 0.3;
    }

    let report = check::gradient(|scene: &Scene| loss::value_and_grad(scene, &pictures), &scene)?;
    assert!(report.passed, "{report:?}");
    println!("the gradient by {} cameras and {} points agrees with differences", CAMERAS, POINTS);

    let before = rms(&scene, &pictures);
    let at = |scene: &Scene| misses::value_and_jacobian(scene, &pictures);
    let report =
        LevenbergMarquardt::new().max_iterations(100).value_tolerance(1e-10).minimize(at, &mut scene)?;
    let after = rms(&scene, &pictures);
    println!(
        "reprojection error: {before:.1} pixels before, {after:.3} behind {} iterations",
        report.iterations
    );
    for (i, (found, true_one)) in scene.cameras.iter().zip(&truth.cameras).enumerate() {
        println!(
            "camera {i}: focal length {:.1} ({:.1}), turned by {:.4} rad and moved by {:.4} from the truth",
            found.focal,
            true_one.focal,
            (found.turn - true_one.turn).norm(),
            (found.shift - true_one.shift).norm()
        );
    }
    let misplaced =
        (scene.points.iter().zip(&truth.points).map(|(a, b)| (a - b).norm_squared()).sum::<f64>()
            / POINTS as f64)
            .sqrt();
    println!("points are {misplaced:.4} from where they are");
    assert!(after < 0.1, "the pictures are explained to their noise");
    Ok(())
}

/// How far points are from where they are seen, in pixels.
fn rms(scene: &Scene, pictures: &[Vec<Vector2<f64>>]) -> f64 {
    let mut sum = 0.0;
    for (camera, picture) in scene.cameras.iter().zip(pictures) {
        for (point, seen) in scene.points.iter().zip(picture) {
            sum += (camera.project(point) - seen).norm_squared();
        }
    }
    (sum / (2 * CAMERAS * POINTS) as f64).sqrt()
}
