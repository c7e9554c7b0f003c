//! Answers are put away and put back on odd disks and at bad moments, too.

use super::*;
use rustix::fs::{FileType, Mode, mknodat};
use rustix::io::Errno;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use timeline::private::Folder;

/// An exercise that is begun, in a folder of its own.
pub fn begun() -> (Folder, Exercise) {
    let folder = Folder::new().unwrap();
    // The folder itself has its own lock.
    let root = folder.path().join("root");
    let exercise = Exercise {
        name: "sum".to_owned(),
        package: "threads".to_owned(),
        rung: root.join("01-threads"),
        page: root.join("book/chapters/sum.md"),
        root,
    };
    fs::create_dir_all(exercise.in_folder("")).unwrap();
    fs::write(exercise.starter(), "// as shipped").unwrap();
    fs::write(exercise.answer(), "// mine").unwrap();
    (folder, exercise)
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}

#[test]
fn what_is_put_back_has_a_new_time() {
    let (_folder, exercise) = begun();
    let answer = exercise.answer();
    let begun = SystemTime::now() - Duration::from_secs(60);
    let file = File::options().write(true).open(&answer).unwrap();
    file.set_modified(UNIX_EPOCH).unwrap();
    reset(&exercise).unwrap();
    undo(&exercise).unwrap();
    assert_eq!(text(&answer), "// mine");
    assert!(fs::metadata(&answer).unwrap().modified().unwrap() > begun);
}

/// As where the system cannot refuse to replace a file.
fn cannot_refuse(_: &Path, _: &Path) -> rustix::io::Result<()> {
    Err(Errno::INVAL)
}

/// An editor saves at the worst moment.
fn somebody_saves(_: &Path, to: &Path) -> rustix::io::Result<()> {
    fs::write(to, "// saved").unwrap();
    Err(Errno::INVAL)
}

/// The name cannot be had, in any way.
fn nothing_can_be_put_there(from: &Path, _: &Path) -> rustix::io::Result<()> {
    fs::remove_file(from).unwrap();
    Err(Errno::IO)
}

#[test]
fn answers_are_put_back_where_only_plain_files_can_be_written() {
    let (_folder, exercise) = begun();
    let backup = reset_by(cannot_refuse, &exercise).unwrap().unwrap();
    assert_eq!(text(&exercise.answer()), "// as shipped");
    assert_eq!(text(&backup), "// mine");

    let (back, instead) = undo_by(cannot_refuse, &exercise).unwrap();
    assert_eq!((back, instead), (backup.clone(), None));
    assert_eq!(text(&exercise.answer()), "// mine");
    assert!(!backup.exists());
}

#[test]
fn what_is_saved_meanwhile_stays_and_what_was_there_is_kept() {
    let (_folder, exercise) = begun();
    let why = reset_by(somebody_saves, &exercise).unwrap_err();
    assert_eq!(text(&exercise.answer()), "// saved");
    let backups = exercise.root.join("backups");
    let kept = all_kept(&backups, "sum", "rs").unwrap().pop().unwrap().1;
    assert_eq!(text(&kept), "// mine");
    let why = format!("{why:#}");
    assert!(why.contains(&kept.display().to_string()), "{why}");
}

#[test]
fn what_cannot_be_finished_is_taken_back() {
    let (_folder, exercise) = begun();
    let why = reset_by(nothing_can_be_put_there, &exercise).unwrap_err();
    assert_eq!(text(&exercise.answer()), "// mine", "{why:#}");
    let backups = exercise.root.join("backups");
    assert!(all_kept(&backups, "sum", "rs").unwrap().is_empty());
}

#[test]
fn of_a_link_the_backup_is_what_it_leads_to() {
    let (_folder, exercise) = begun();
    let elsewhere = exercise.root.join("elsewhere.rs");
    fs::rename(exercise.answer(), &elsewhere).unwrap();
    symlink("../../elsewhere.rs", exercise.answer()).unwrap();

    let backup = reset(&exercise).unwrap().unwrap();
    assert_eq!(text(&exercise.answer()), "// as shipped");
    assert!(!backup.is_symlink());
    assert_eq!(text(&backup), "// mine");
    assert_eq!(text(&elsewhere), "// mine");

    undo(&exercise).unwrap();
    assert_eq!(text(&exercise.answer()), "// mine");
}

#[test]
fn what_is_no_text_goes_and_comes_back_as_well() {
    let (_folder, exercise) = begun();
    let answer = exercise.answer();
    let large = exercise.root.join("large");
    File::create(&large).unwrap().set_len(2 << 30).unwrap();
    fs::remove_file(&answer).unwrap();
    symlink("../../large", &answer).unwrap();
    let backup = reset(&exercise).unwrap().unwrap();
    assert_eq!(text(&answer), "// as shipped");
    assert_eq!(fs::metadata(&backup).unwrap().len(), 2 << 30);

    fs::remove_file(&backup).unwrap();
    fs::remove_file(&answer).unwrap();
    mknodat(CWD, &answer, FileType::Fifo, Mode::RWXU, 0).unwrap();
    reset(&exercise).unwrap().unwrap();
    undo(&exercise).unwrap();
    assert!(!fs::metadata(&answer).unwrap().is_file());
}

#[test]
fn the_newest_backup_is_the_last_whatever_the_clock_says() {
    let (_folder, exercise) = begun();
    let backups = backups_folder(&exercise.root).unwrap();
    for (name, of) in [
        // As they were named before they had numbers.
        ("sum.2096-11-23T190211.000042Z.rs", "second"),
        ("sum.2026-11-23T190211.000042Z.rs", "first"),
        ("sum.9999.2096-11-23T190211.000042Z.rs", "third"),
        ("sums.0001.2026-11-23T190211.000042Z.rs", "another's"),
        ("sum.rs~", "nobody's"),
    ] {
        fs::write(backups.join(name), of).unwrap();
    }
    reset(&exercise).unwrap();
    for newest in ["// mine", "third", "second", "first"] {
        undo(&exercise).unwrap();
        assert_eq!(text(&exercise.answer()), newest);
        fs::remove_file(exercise.answer()).unwrap();
    }
    assert!(undo(&exercise).is_err());
}

#[test]
fn a_folder_that_cannot_be_synced_is_no_failure_and_files_are_ours() {
    // Of a device there is nothing to sync, and the system says so.
    assert!(File::open("/dev/null").unwrap().sync_all().is_err());
    sync(Path::new("/dev/null"));
    let folder = Folder::new().unwrap();
    let file = folder.path().join("progress.txt");
    write(&file, b"page x").unwrap();
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
