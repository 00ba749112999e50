//! `docs/performance.svg`: each row's ratio to CPython, of Gimbal and of PyPy's own emulation of the C API.

use anyhow::{Context, Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::GROUPS;
use super::record::{Record, Role, Row, Unit};

const WIDTH: u32 = 1000;
/// The height of a row, and of what is above and below them.
const ROW: u32 = 15;
const HEAD: u32 = 70;
const FOOT: u32 = 40;
/// Where the ratios begin; left of it are the rows' names.
const LEFT: i32 = 460;
const RIGHT: i32 = 20;
/// The ratios shown; what is outside stands at the edge.
const RANGE: (f64, f64) = (0.02, 100.0);
const TICKS: [f64; 12] = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

const GIMBAL: RGBColor = RGBColor(0, 90, 181);
const CPYEXT: RGBColor = RGBColor(220, 110, 20);

/// A line of the plot.
enum Line<'a> {
    Title(&'a str),
    Row(&'a Row),
}

/// The plot as SVG, for the first host of the record.
pub fn draw(record: &Record) -> Result<String> {
    let mut svg = String::new();
    let lines = lines(record);
    let height = HEAD + FOOT + ROW * u32::try_from(lines.len())?;
    paint(&mut svg, record, &lines, height).map_err(|error| anyhow!("{error}"))?;
    // Lines end as they do in other files of the repository.
    Ok(svg.trim_end().to_owned() + "\n")
}

fn lines(record: &Record) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    for group in &record.groups {
        let Some(spec) = GROUPS.iter().find(|spec| spec.name == group.name) else {
            continue;
        };
        let timed: Vec<_> = group
            .rows
            .iter()
            .filter(|row| row.unit == Unit::Nanoseconds)
            .map(Line::Row)
            .collect();
        if !timed.is_empty() {
            lines.push(Line::Title(spec.title));
            lines.extend(timed);
        }
    }
    lines
}

/// Where a ratio stands.
fn place(ratio: f64) -> i32 {
    let (low, high) = (RANGE.0.ln(), RANGE.1.ln());
    let share = (ratio.clamp(RANGE.0, RANGE.1).ln() - low) / (high - low);
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a place within the picture, which is small"
    )]
    let offset = (share * f64::from(WIDTH as i32 - LEFT - RIGHT)).round() as i32;
    LEFT + offset
}

fn paint(svg: &mut String, record: &Record, lines: &[Line<'_>], height: u32) -> Result<()> {
    let host = record
        .interpreters
        .iter()
        .find(|subject| subject.role == Role::Gimbal)
        .context("nothing of Gimbal to draw")?;
    let gimbal = record.place(Role::Gimbal, &host.host);
    let alone = record.place(Role::PyPy, &host.host);

    let root = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let black = |size: i32| ("sans-serif", size).into_font().color(&BLACK);
    let right = black(11).pos(Pos::new(HPos::Right, VPos::Center));
    let centred = black(11).pos(Pos::new(HPos::Center, VPos::Center));
    let left = Pos::new(HPos::Left, VPos::Center);

    root.draw(&Text::new(
        "Time, in times that of CPython 3.11 (left is faster)",
        (LEFT, 15),
        black(14).pos(left),
    ))?;
    let bottom = i32::try_from(height - FOOT)?;
    for tick in TICKS {
        let x = place(tick);
        let shade = if tick == 1.0 {
            BLACK.mix(0.8)
        } else {
            BLACK.mix(0.12)
        };
        root.draw(&PathElement::new(vec![(x, HEAD as i32 - 8), (x, bottom)], shade))?;
        for y in [HEAD as i32 - 16, bottom + 12] {
            root.draw(&Text::new(format!("{tick}"), (x, y), centred.clone()))?;
        }
    }
    let mut y = HEAD as i32 + ROW as i32 / 2;
    for line in lines {
        match line {
            Line::Title(title) => root.draw(&Text::new((*title).to_owned(), (8, y), black(13).pos(left)))?,
            Line::Row(row) => {
                root.draw(&Text::new(
                    row.name.replace('`', ""),
                    (LEFT - 12, y),
                    right.clone(),
                ))?;
                let ratio = |place: Option<usize>| row.figure(place?)?.ratio;
                if let Some(ratio) = ratio(alone) {
                    root.draw(&Cross::new((place(ratio), y), 4, CPYEXT.stroke_width(2)))?;
                }
                if let Some(ratio) = ratio(gimbal) {
                    root.draw(&Circle::new((place(ratio), y), 4, GIMBAL.filled()))?;
                }
            }
        }
        y += ROW as i32;
    }
    let legend = HEAD as i32 - 36;
    root.draw(&Circle::new((LEFT + 4, legend), 4, GIMBAL.filled()))?;
    root.draw(&Text::new(
        host.name.clone(),
        (LEFT + 14, legend),
        black(12).pos(left),
    ))?;
    if let Some(alone) = alone {
        root.draw(&Cross::new((LEFT + 204, legend), 4, CPYEXT.stroke_width(2)))?;
        let name = format!("{}, C compiled for its cpyext", record.interpreters[alone].name);
        root.draw(&Text::new(name, (LEFT + 214, legend), black(12).pos(left)))?;
    }
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_stand_in_order_and_inside() {
        let places: Vec<_> = [0.001, 0.5, 1.0, 7.0, 1e6].map(place).into();
        assert!(places.is_sorted());
        assert_eq!((places[0], places[4]), (LEFT, WIDTH as i32 - RIGHT));
    }
}
