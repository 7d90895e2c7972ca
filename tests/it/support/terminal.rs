//! A terminal without a person.

use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// What a program writes to its standard output where that is a terminal with colours.
pub(crate) fn shown(mut command: Command) -> String {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let never_mine = OFlags::NOCTTY.bits().cast_signed();
    let name = std::ffi::OsStr::from_bytes(name.as_bytes());
    let theirs = File::options().read(true).write(true).custom_flags(never_mine).open(name).unwrap();
    let mut child = command.env("TERM", "xterm").stdout(theirs).spawn().unwrap();
    // With its copy of their end.
    drop(command);
    let mut bytes = Vec::new();
    // The end of a terminal that nobody writes to any more is an error.
    drop(File::from(ours).read_to_end(&mut bytes));
    assert!(child.wait().unwrap().success());
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}
