//! Figures of quality, by hand.

use autodiff_runtime::losses::{accuracy, argmax, binary_accuracy, precision_recall_f1, r_squared};

#[test]
fn the_largest_is_the_first_of_equals() {
    assert_eq!((argmax(&[2.0, 1.0, 3.0, 3.0]), argmax(&[5.0, 4.0]), argmax::<f64>(&[])), (2, 0, 0));
}

#[test]
fn shares_of_right_answers() {
    // Three rows of three classes: the largest are 2, 0, 1.
    let scores = [0.1, 0.2, 0.7, 0.8, 0.1, 0.1, 0.2, 0.6, 0.2];
    assert_eq!(accuracy(&scores, &[2, 0, 1]), 1.0);
    assert_eq!(accuracy(&scores, &[2, 1, 0]), 1.0 / 3.0);
    assert_eq!(accuracy(&scores, &[0, 1, 0]), 0.0);
    // A score at the threshold is below it, and so is a label of a half.
    let (scores, labels) = ([0.75, 0.5, 0.25, 0.9, 0.1], [1.0, 1.0, 0.0, 0.0, 0.5]);
    assert_eq!(binary_accuracy(&scores, &labels, 0.5), 3.0 / 5.0);
    assert_eq!(binary_accuracy(&[0.75, 0.75], &[0.9, 1.0], 0.5), 1.0);
}

#[test]
fn precision_and_recall() {
    // Two hits among three that are claimed and four that there are.
    let (scores, labels) = ([0.9, 0.8, 0.7, 0.5, 0.1, 0.2], [1.0, 1.0, 0.5, 1.0, 1.0, 0.0]);
    assert_eq!(precision_recall_f1(&scores, &labels, 0.5), (2.0 / 3.0, 0.5, 4.0 / 7.0));
    assert_eq!(precision_recall_f1(&[0.9], &[1.0], 0.5), (1.0, 1.0, 1.0));
    assert_eq!(precision_recall_f1(&[0.1, 0.2], &[0.0, 0.0], 0.5), (0.0, 0.0, 0.0));
}

#[test]
fn share_of_the_variance() {
    // The mean is 4, the squares around it are 9, 1 and 16; what is left is 1, 0.25 and 4.
    assert_eq!(r_squared(&[2.0, 3.5, 6.0], &[1.0, 3.0, 8.0]), 1.0 - 5.25 / 26.0);
    assert_eq!(r_squared(&[2.0, 2.0], &[1.0, 3.0]), 0.0, "as good as the mean");
}
