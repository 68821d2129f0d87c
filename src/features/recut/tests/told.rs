//! What the search tells while it runs, and where it says that a time is now.

use super::*;

#[test]
fn the_search_tells_how_far_it_is_and_can_be_stopped() {
    let mut shares = Vec::new();
    let found = Recut::find_with(&old(), &old(), &mut |share| {
        shares.push(share);
        ControlFlow::Continue(())
    });
    assert!(found.unwrap().is_identity());
    assert!(shares.len() > 2 && shares[0] == 0.0, "{shares:?}");
    assert!(
        shares.is_sorted() && shares.iter().all(|share| *share < 1.0),
        "{shares:?}"
    );
    let mut calls = 0;
    let stopped = Recut::find_with(&old(), &old(), &mut |_| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(Error::Cancelled)));
    assert_eq!(calls, 1);
}

#[test]
fn a_cut_to_a_shot_whose_beginning_was_trimmed_is_where_the_rest_is_cut_to() {
    // The second shot lasts from second 4 to 10; its first two seconds are gone, and it is used twice.
    let mut recut = Recut::of_stretches(
        16.0,
        &[
            (4.0, Some(0.0)),
            (4.0, Some(6.0)),
            (6.0, Some(10.0)),
            (4.0, Some(6.0)),
        ],
    );
    recut.old_shots = [0.0, 4.0, 10.0].map(Seconds).to_vec();
    let times = |recut: &Recut, old: f64| -> Vec<f64> {
        recut
            .new_times(Seconds(old))
            .iter()
            .map(|at| at.0)
            .collect()
    };
    assert_eq!(times(&recut, 4.0), [4.0, 14.0]);
    assert_eq!(times(&recut, 10.0), [8.0]);
    // What is not on a cut is gone, and so is a cut to a shot that is not cut to any more.
    assert_eq!(times(&recut, 4.8), [0.0; 0]);
    recut.new_shots = vec![Seconds(0.0)];
    assert_eq!(times(&recut, 4.0), [0.0; 0]);
}
