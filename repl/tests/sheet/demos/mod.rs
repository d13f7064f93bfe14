//! What a worksheet is to show, on a real terminal, one demonstration in each module.

mod comment;
mod crash;
mod endless;
mod field;
mod killed;
mod two_views;
mod undo;
mod why;
