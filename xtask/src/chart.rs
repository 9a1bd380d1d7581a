//! The rows of a start-up comparison as a picture.

use crate::shell::Outcome;
use plotters::prelude::*;
use serde_json::Value;
use std::path::Path;

const BAR: i32 = 22;
const LABELS: i32 = 190;
const WIDTH: u32 = 900;

struct Bar {
    label: String,
    init: f64,
    total: f64,
}

/// Draws init and first reply of every row, on a logarithmic scale of milliseconds.
pub(crate) fn draw(report: &Value, file: &Path) -> Outcome {
    let bars: Vec<Bar> = report["rows"].as_array().into_iter().flatten().filter_map(bar).collect();
    let height = u32::try_from(bars.len()).unwrap_or(0) * BAR.unsigned_abs() + 70;
    paint(&bars, file, height).map_err(|error| format!("{}: {error}", file.display()))
}

fn bar(row: &Value) -> Option<Bar> {
    let milliseconds = |name: &str| Some(row[name]["median"].as_f64()? / 1000.0);
    let label = format!("{} {} {}", row["language"].as_str()?, row["function"].as_str()?, row["arm"].as_str()?);
    Some(Bar { label, init: milliseconds("init_us")?, total: milliseconds("total_us")? })
}

fn paint(bars: &[Bar], file: &Path, height: u32) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(file, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let most = bars.iter().map(|bar| bar.total).fold(1.0, f64::max) * 1.5;
    let count = i32::try_from(bars.len())?;
    let mut chart = ChartBuilder::on(&area)
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(LABELS)
        .build_cartesian_2d((0.05..most).log_scale(), 0..count)?;
    let name = |position: &i32| {
        let from_top = usize::try_from(count - 1 - *position).ok();
        from_top.and_then(|at| bars.get(at)).map(|bar| bar.label.clone()).unwrap_or_default()
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(bars.len())
        .y_label_formatter(&name)
        .x_desc("milliseconds, logarithmic: init (dark) and first reply (light)")
        .draw()?;
    let row = |position: usize| count - 1 - i32::try_from(position).unwrap_or(0);
    let colors = (RGBColor(32, 78, 138), RGBColor(150, 185, 225));
    chart.draw_series(bars.iter().enumerate().map(|(position, bar)| {
        let at = row(position);
        let mut shape = Rectangle::new([(0.05, at), (bar.total, at + 1)], colors.1.filled());
        shape.set_margin(3, 3, 0, 0);
        shape
    }))?;
    chart.draw_series(bars.iter().enumerate().map(|(position, bar)| {
        let at = row(position);
        let mut shape = Rectangle::new([(0.05, at), (bar.init, at + 1)], colors.0.filled());
        shape.set_margin(3, 3, 0, 0);
        shape
    }))?;
    area.present()?;
    Ok(())
}
