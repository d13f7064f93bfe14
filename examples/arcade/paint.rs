//! What the rules say on the window: shapes as triangles, in a view of 960 by 540 that fills the window as far as it can.

use std::f32::consts::TAU;

use macroquad::models::{Mesh, Vertex, draw_mesh};
use macroquad::prelude as mq;

use crate::game::{Color, Form, Shape};

const WIDE: f32 = 960.0;
const HIGH: f32 = 540.0;

/// Where the view lies in the window.
#[derive(Clone, Copy)]
pub(crate) struct View {
    left: f32,
    top: f32,
    pub(crate) scale: f32,
}

impl View {
    /// In a window of this size.
    pub(crate) fn of(wide: f32, high: f32) -> View {
        let scale = (wide / WIDE).min(high / HIGH);
        View {
            left: (wide - WIDE * scale) / 2.0,
            top: (high - HIGH * scale) / 2.0,
            scale,
        }
    }

    pub(crate) fn paint(self, page: &[Shape]) {
        page.iter().for_each(|shape| self.shape(shape));
        // What is drawn beside the view is no part of the page.
        let (wide, high) = (mq::screen_width(), mq::screen_height());
        let black = mq::Color::from_rgba(18, 17, 19, 255);
        for (x, y, w, h) in [
            (0.0, 0.0, self.left, high),
            (wide - self.left, 0.0, self.left, high),
            (0.0, 0.0, wide, self.top),
            (0.0, high - self.top, wide, self.top),
        ] {
            mq::draw_rectangle(x, y, w, h, black);
        }
    }

    fn shape(self, shape: &Shape) {
        let Shape {
            form,
            x,
            y,
            w,
            h,
            turn,
            ink,
        } = *shape;
        match form {
            Form::Disc => {
                let (sin, cos) = turn.sin_cos();
                let at = |angle: f32| {
                    let (up, across) = angle.sin_cos();
                    let (across, up) = (across * w, up * h);
                    (x + across * cos - up * sin, y + across * sin + up * cos)
                };
                let corners = self.corners(w.max(h));
                self.fan(around(0.0, TAU, corners).map(at), ink);
            }
            Form::Blot => {
                let at = |angle: f32| {
                    let waves = [(3.0, 0.16), (5.0, 0.13), (8.0, 0.09), (13.0, 0.07)];
                    let rough = waves
                        .map(|(often, high)| high * (often * angle + turn * often * 0.7).sin());
                    let radius = w * (1.0 + h * rough.iter().sum::<f32>());
                    (x + radius * angle.cos(), y + radius * angle.sin())
                };
                let edge = around(0.0, TAU, 2 * self.corners(w)).map(at);
                self.fan(std::iter::once((x, y)).chain(edge), ink);
            }
            Form::Ring => self.ring((x, y), w, turn, ink),
            Form::Stroke => {
                // Half a circle behind the start, and the tip.
                let angle = h.atan2(w);
                let back = around(angle + TAU / 4.0, TAU / 2.0, self.corners(turn) / 2);
                let radius = turn / 2.0;
                let back = back.map(|angle| (x + angle.cos() * radius, y + angle.sin() * radius));
                self.fan(back.chain([(x + w, y + h)]), ink);
            }
            Form::Line => {
                let angle = h.atan2(w);
                let radius = turn / 2.0;
                let end = |x: f32, y: f32, from: f32| {
                    let half = around(from, TAU / 2.0, self.corners(turn) / 2);
                    half.map(move |angle| (x + angle.cos() * radius, y + angle.sin() * radius))
                };
                let (begin, end) = (
                    end(x, y, angle + TAU / 4.0),
                    end(x + w, y + h, angle - TAU / 4.0),
                );
                self.fan(begin.chain(end), ink);
            }
            Form::Box => {
                let (across, down) = (w / 2.0, h / 2.0);
                let corners = [
                    (x - across, y - down),
                    (x + across, y - down),
                    (x + across, y + down),
                    (x - across, y + down),
                ];
                self.fan(corners.into_iter(), ink);
            }
            Form::Wash => {
                let none = Color { a: 0, ..ink };
                let corners = [
                    self.vertex((x, y), ink),
                    self.vertex((x + w, y + turn), ink),
                    self.vertex((x + w, y + turn + h), none),
                    self.vertex((x, y + h), none),
                ];
                draw(corners.into(), vec![0, 1, 2, 0, 2, 3]);
            }
        }
    }

    /// So many that the eye sees none.
    fn corners(self, radius: f32) -> u16 {
        (8.0 + radius.abs() * self.scale).clamp(10.0, 64.0) as u16
    }

    fn vertex(self, (x, y): (f32, f32), ink: Color) -> Vertex {
        let (x, y) = (self.left + x * self.scale, self.top + y * self.scale);
        let ink = mq::Color::from_rgba(ink.r, ink.g, ink.b, ink.a);
        Vertex::new(x, y, 0.0, 0.0, 0.0, ink)
    }

    /// The inside of an outline, all of which is seen from its first point.
    fn fan(self, outline: impl Iterator<Item = (f32, f32)>, ink: Color) {
        let vertices: Vec<Vertex> = outline.map(|point| self.vertex(point, ink)).collect();
        let last = vertices.len().saturating_sub(1) as u16;
        let indices = (1..last).flat_map(|corner| [0, corner, corner + 1]);
        draw(vertices, indices.collect());
    }

    fn ring(self, (x, y): (f32, f32), radius: f32, width: f32, ink: Color) {
        let corners = self.corners(radius);
        let edges = [radius - width / 2.0, radius + width / 2.0];
        let points = around(0.0, TAU, corners).flat_map(|angle| {
            edges.map(|radius| (x + angle.cos() * radius, y + angle.sin() * radius))
        });
        let vertices: Vec<Vertex> = points.map(|point| self.vertex(point, ink)).collect();
        let indices = (0..corners).flat_map(|corner| {
            let first = 2 * corner;
            [first, first + 1, first + 2, first + 1, first + 2, first + 3]
        });
        draw(vertices, indices.collect());
    }
}

/// Angles from `begin` on, the last one included.
fn around(begin: f32, length: f32, parts: u16) -> impl Iterator<Item = f32> {
    (0..=parts).map(move |part| begin + length * f32::from(part) / f32::from(parts))
}

fn draw(vertices: Vec<Vertex>, indices: Vec<u16>) {
    draw_mesh(&Mesh {
        vertices,
        indices,
        texture: None,
    });
}
