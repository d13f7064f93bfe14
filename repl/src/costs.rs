//! `--stats` and `--copies`: what sharing and splitting cost a script, on standard error after its end.

use jit::Session;

use crate::streams::complain;

pub(crate) fn stats(session: &Session) {
    let stats = session.stats();
    complain!("blocks allocated    {}", stats.allocations);
    complain!("blocks split        {}", stats.splits);
    complain!("bytes they copied   {}", stats.copied_bytes);
}

/// One line for each that copied, the most first.
pub(crate) fn copies(session: &Session, name: &str, source: &str) {
    let copies = session.copies();
    if copies.is_empty() {
        complain!("no shared container was written: nothing was copied");
        return;
    }
    complain!("copied because a shared container was written:");
    for copied in copies {
        let text = source
            .lines()
            .nth(copied.line.saturating_sub(1) as usize)
            .filter(|_| copied.file == name)
            .map_or("", str::trim);
        let place = format!("{}:{}", copied.file, copied.line);
        let times = match copied.splits {
            1 => "once".to_owned(),
            splits => format!("{splits} times"),
        };
        let bytes = copied.bytes;
        complain!("{bytes:>12} bytes, {times:<12} {place}  {text}");
    }
}
