//! Memory of the process that only backs what can be read again from files: the code and constants of the compiler and of LLVM, some 30 MiB,
//! of which much is touched before `main` already, by the constructors of LLVM's options.

use std::ffi::{c_int, c_void};
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

const PAGE: usize = 4096;
/// In an entry of `/proc/self/pagemap`, as Linux's `pagemap.rst` has it: the page is in memory, and it is the file's own.
const PRESENT: u64 = 1 << 63;
const OF_FILE: u64 = 1 << 61;
/// Entries that are read at once: those of 2 MiB.
const AT_ONCE: usize = 512;

/// Gives back what is in memory of the code and the constants of the compiler and of LLVM, and of whatever stands in the same files. What is
/// used again is found in the system's cache, sixteen pages at a time. Pages that were written (a debugger's breakpoints) stay.
pub fn give_back_code() {
    // Who cannot read it keeps the pages.
    let Ok(pages) = File::open("/proc/self/pagemap") else {
        return;
    };
    for segment in segments() {
        give_back(&pages, segment);
    }
}

fn give_back(pages: &File, segment: Range<usize>) {
    let mut entries = [0; AT_ONCE * size_of::<u64>()];
    for start in segment.clone().step_by(AT_ONCE * PAGE) {
        let count = AT_ONCE.min((segment.end - start) / PAGE);
        let entries = &mut entries[..count * size_of::<u64>()];
        let at = start / PAGE * size_of::<u64>();
        if pages.read_exact_at(entries, at as u64).is_err() {
            return;
        }
        let is_clean = |entry: &[u8; 8]| {
            let entry = u64::from_ne_bytes(*entry);
            entry & PRESENT != 0 && entry & OF_FILE != 0
        };
        let (entries, _) = entries.as_chunks::<8>();
        let mut at = start;
        for run in entries.chunk_by(|a, b| is_clean(a) == is_clean(b)) {
            let size = run.len() * PAGE;
            if is_clean(&run[0]) {
                // SAFETY: pages of a private mapping of a file that are the file's own read the same afterwards.
                unsafe { libc::madvise(at as *mut c_void, size, libc::MADV_DONTNEED) };
            }
            at += size;
        }
    }
}

/// What is never written of the files that the compiler and LLVM are in, whole pages.
fn segments() -> Vec<Range<usize>> {
    let inside = [
        segments as *const () as usize,
        crate::orc::address_in_llvm(),
    ];
    let mut search = (inside, Vec::new());
    // SAFETY: `note` gets what was given with it, and keeps nothing.
    unsafe { libc::dl_iterate_phdr(Some(note), (&raw mut search).cast()) };
    search.1
}

type Search = ([usize; 2], Vec<Range<usize>>);

unsafe extern "C" fn note(
    object: *mut libc::dl_phdr_info,
    _size: usize,
    search: *mut c_void,
) -> c_int {
    // SAFETY: the system's description of a loaded object, and what `segments` gave.
    let (base, headers, (inside, found)) = unsafe {
        let object = &*object;
        let headers = std::slice::from_raw_parts(object.dlpi_phdr, usize::from(object.dlpi_phnum));
        (object.dlpi_addr, headers, &mut *search.cast::<Search>())
    };
    let loaded = headers.iter().filter(|each| each.p_type == libc::PT_LOAD);
    let range = |header: &libc::Elf64_Phdr| {
        let start = (base + header.p_vaddr) as usize;
        start..start + header.p_memsz as usize
    };
    if !loaded
        .clone()
        .any(|each| inside.iter().any(|address| range(each).contains(address)))
    {
        return 0;
    }
    let constant = loaded
        .filter(|each| each.p_flags & libc::PF_W == 0)
        .map(range);
    found.extend(constant.map(|range| range.start / PAGE * PAGE..range.end.next_multiple_of(PAGE)));
    0
}
