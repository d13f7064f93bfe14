//! Pictures for terminals with kitty's protocol: sent once with a number, then placed and taken away by it.
//!
//! Each command is `ESC _ G key=value,… ; data ESC \`. `q=2` asks for no answers.

use std::io::{Result, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;

use super::colors::{Color, Colors};
use super::picture::{LINE, Picture, SHADES};

/// Bytes of one command's data at most.
const CHUNK: usize = 4096;
/// How hard the pixels are packed: most of them are nothing, so the least effort does.
const PACKED: u8 = 1;

/// Which part of a picture stands where: pixels of it, and cells of the terminal.
pub(super) struct Place {
    pub from: usize,
    pub height: usize,
    pub columns: u16,
    pub rows: u16,
}

pub(super) fn send(
    out: &mut impl Write,
    id: u32,
    picture: &Picture,
    colors: &Colors,
) -> Result<()> {
    let bytes: Vec<u8> = picture
        .pixels
        .iter()
        .flat_map(|pixel| rgba(*pixel, colors))
        .collect();
    let data = STANDARD.encode(compress_to_vec_zlib(&bytes, PACKED));
    let (width, height) = (picture.width, picture.height);
    let mut head = format!("a=t,q=2,i={id},f=32,o=z,s={width},v={height},");
    let mut chunks = data.as_bytes().chunks(CHUNK).peekable();
    while let Some(chunk) = chunks.next() {
        let more = u8::from(chunks.peek().is_some());
        write!(out, "\x1b_G{head}m={more};")?;
        out.write_all(chunk)?;
        out.write_all(b"\x1b\\")?;
        head = "q=2,".to_owned();
    }
    Ok(())
}

/// At the cursor, which stays where it is.
pub(super) fn place(out: &mut impl Write, id: u32, width: usize, place: &Place) -> Result<()> {
    let Place {
        from,
        height,
        columns,
        rows,
    } = place;
    write!(
        out,
        "\x1b_Ga=p,q=2,i={id},p=1,x=0,y={from},w={width},h={height},c={columns},r={rows},C=1\x1b\\"
    )
}

/// It is not to be seen; it may be placed again.
pub(super) fn take_away(out: &mut impl Write, id: u32) -> Result<()> {
    write!(out, "\x1b_Ga=d,q=2,d=i,i={id}\x1b\\")
}

pub(super) fn forget(out: &mut impl Write, id: u32) -> Result<()> {
    write!(out, "\x1b_Ga=d,q=2,d=I,i={id}\x1b\\")
}

/// The background shines through where the curve covers a pixel only partly.
fn rgba(pixel: u8, colors: &Colors) -> [u8; 4] {
    let (Color([red, green, blue]), alpha) = match pixel {
        LINE => (colors.quiet, u8::MAX),
        shade => {
            let alpha = u16::from(shade) * 255 / u16::from(SHADES);
            (colors.curve, alpha as u8)
        }
    };
    [red, green, blue, alpha]
}

#[cfg(test)]
mod tests {
    use miniz_oxide::inflate::decompress_to_vec_zlib;

    use super::*;

    #[test]
    fn a_picture_comes_out_as_it_went_in() {
        // Without a pattern, so that it takes several commands.
        let next = |at: &u32| Some(at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let noise = std::iter::successors(Some(1), next).take(30_000);
        let noise = noise.map(|at: u32| (at >> 28) as u8);
        let picture = Picture {
            width: 300,
            height: 100,
            pixels: noise.collect(),
        };
        let colors = Colors::default();
        let mut out = Vec::new();
        send(&mut out, 7, &picture, &colors).expect("bytes");
        let text = String::from_utf8(out).expect("text");
        let commands: Vec<&str> = text.split_terminator("\x1b\\").collect();
        assert!(commands.len() > 2);
        let (mut data, last) = (String::new(), commands.len() - 1);
        for (index, command) in commands.iter().enumerate() {
            let (head, chunk) = command.split_once(';').expect("data");
            match index {
                0 => assert_eq!(head, "\x1b_Ga=t,q=2,i=7,f=32,o=z,s=300,v=100,m=1"),
                index if index == last => assert_eq!(head, "\x1b_Gq=2,m=0"),
                _ => assert_eq!(head, "\x1b_Gq=2,m=1"),
            }
            assert!(chunk.len() <= CHUNK);
            data += chunk;
        }
        let bytes = STANDARD.decode(data).expect("base64");
        let bytes = decompress_to_vec_zlib(&bytes).expect("packed");
        let expected = picture
            .pixels
            .iter()
            .flat_map(|pixel| rgba(*pixel, &colors));
        assert!(bytes.into_iter().eq(expected));
    }

    #[test]
    fn what_is_nothing_cannot_be_seen() {
        let colors = Colors::default();
        let curve = colors.curve.0;
        assert_eq!(rgba(0, &colors)[3], 0);
        assert_eq!(rgba(SHADES, &colors), [curve[0], curve[1], curve[2], 255]);
        assert_eq!(rgba(LINE, &colors)[..3], colors.quiet.0);
    }
}
