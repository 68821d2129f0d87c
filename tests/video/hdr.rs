//! Pictures of high dynamic range.

use std::process::Command;

use diff_bgm::features::PictureMeasure;

use crate::clips::*;
use crate::ffmpeg::film_folder;

#[test]
fn a_picture_of_high_dynamic_range_has_the_measures_of_the_same_picture_in_ordinary_range() {
    let Some(folder) = film_folder() else { return };
    let filters = Command::new("ffmpeg").arg("-filters").output().unwrap();
    if !String::from_utf8_lossy(&filters.stdout).contains(" zscale ") {
        eprintln!("skipped: this ffmpeg has no zscale");
        return;
    }
    let source = "-f lavfi -i gradients=s=320x180:c0=0xff8030:c1=0x804020:r=25:d=1:seed=1";
    let ordinary = format!("{source} -pix_fmt yuv420p -c:v ffv1");
    let ordinary = analyse_file(&make_clip(folder.path(), "sdr.mkv", &ordinary)).unwrap();
    for (name, transfer) in [("pq.mkv", "smpte2084"), ("hlg.mkv", "arib-std-b67")] {
        let options = format!(
            "{source} -vf format=yuv420p,zscale=min=170m:tin=601:pin=170m:m=2020_ncl:t={transfer}:p=2020:npl=203,\
             format=yuv420p10le -color_trc {transfer} -color_primaries bt2020 -colorspace bt2020nc -c:v ffv1"
        );
        let clip = analyse_with_warnings(&make_clip(folder.path(), name, &options)).unwrap();
        assert_eq!(clip.warnings, [""; 0], "{name}");
        for measure in [PictureMeasure::Warmth, PictureMeasure::Luma] {
            let (found, expected) = (mean(&clip.features, measure), mean(&ordinary, measure));
            let label = measure.label();
            assert!(
                (found - expected).abs() < 0.08,
                "{name} {label}: {found}, not {expected}"
            );
        }
    }
}
