//! Two kinds of chart: bars with names, and lines over a logarithmic axis. They are written by hand, because both
//! must be legible on light and dark pages, and the names of flows are long.

use std::fmt::Write as _;

const WIDTH: f64 = 900.0;
const ROW: f64 = 20.0;
/// The gap between the bars of one name and those of the next.
const GAP: f64 = 8.0;
/// The width to allow for a letter of 12 pixels: at least its width in the widest of the usual fonts.
const LETTER: f64 = 7.2;
const COLOURS: [&str; 8] = ["#2a7ab9", "#d2691e", "#1a9e77", "#b565a7", "#c69214", "#3aa6c9", "#8c8c8c", "#cc4455"];

const STYLE: &str = "<style>\
     text{font:12px sans-serif;fill:#24292f}.title{font-weight:bold;font-size:14px}\
     .page{fill:#fff}.grid{stroke:#d0d7de;stroke-width:1}\
     @media(prefers-color-scheme:dark){text{fill:#d5dbe1}.page{fill:#0d1117}.grid{stroke:#3a424c}}\
     </style>";

/// A bar chart with one or several bars for each name.
#[derive(Clone, Debug, Default)]
pub struct Bars {
    /// The title of the chart, with the unit.
    pub title: String,
    /// The meanings of the bars of a name, in their order.
    pub series: Vec<String>,
    /// The names with their values; `None` leaves a bar out.
    pub rows: Vec<(String, Vec<Option<f64>>)>,
    /// The number of decimals in the figures; `None` shows three significant digits.
    pub decimals: Option<usize>,
}

/// A chart of lines over a horizontal axis.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The title of the chart, with the unit.
    pub title: String,
    /// The label of the horizontal axis.
    pub across: String,
    /// The names of the equally spaced places on the axis.
    pub places: Vec<String>,
    /// The lines: a name, and a value for each place.
    pub series: Vec<(String, Vec<f64>)>,
}

fn colour(place: usize) -> &'static str {
    COLOURS.get(place % COLOURS.len()).copied().unwrap_or("#888")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Converts a small number to a length.
fn length(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn widest<'t>(texts: impl Iterator<Item = &'t String>) -> f64 {
    texts.map(|text| length(text.chars().count()) * LETTER).fold(0.0, f64::max)
}

/// Formats a value with three significant digits.
pub fn figure(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value.abs() < 1.0 => format!("{value:.3}"),
        value if value.abs() < 10.0 => format!("{value:.2}"),
        value if value.abs() < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

struct Picture {
    text: String,
}

impl Picture {
    fn new(height: f64, title: &str) -> Self {
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" \
             height=\"{height:.0}\" role=\"img\">{STYLE}\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"
        );
        let _ = writeln!(text, "<text class=\"title\" x=\"12\" y=\"24\">{}</text>", escape(title));
        Self { text }
    }

    fn text(&mut self, (x, y): (f64, f64), anchor: &str, text: &str) {
        let text = escape(text);
        let _ = writeln!(self.text, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
    }

    fn grid(&mut self, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        let _ =
            writeln!(self.text, "<line class=\"grid\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
    }

    fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: &str) {
        let _ = writeln!(
            self.text,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\"/>"
        );
    }

    fn line(&mut self, points: &[(f64, f64)], series: usize) {
        let places: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let (colour, dashes) = (colour(series), if series < COLOURS.len() { "none" } else { "6 4" });
        let _ = writeln!(
            self.text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>",
            places.join(" ")
        );
        for (x, y) in points {
            let _ = writeln!(self.text, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
    }

    fn end(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }
}

impl Bars {
    /// Draws the chart on a linear axis from zero.
    pub fn draw(&self) -> String {
        let left = widest(self.rows.iter().map(|(name, _)| name)) + 20.0;
        let values = self.rows.iter().flat_map(|(_, values)| values).flatten();
        let most = values.copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        let (room, bars) = (WIDTH - left - 80.0, self.rows.iter().flat_map(|(_, values)| values).flatten().count());
        let legend = self.legend();
        let top = 60.0 + legend.iter().map(|(_, y)| *y).fold(0.0, f64::max);
        let bottom = top + ROW * length(bars) + GAP * length(self.rows.len());
        let mut picture = Picture::new(bottom + 10.0, &self.title);
        for (place, (name, (x, y))) in self.series.iter().zip(legend).enumerate() {
            picture.bar((x, 36.0 + y), (12.0, 12.0), colour(place));
            picture.text((x + 17.0, 46.5 + y), "start", name);
        }
        let mut y = top;
        for (name, values) in &self.rows {
            let height = ROW * length(values.iter().flatten().count());
            picture.text((left - 8.0, y + height / 2.0 + 4.0), "end", name);
            for (place, value) in values.iter().enumerate() {
                let Some(value) = value else { continue };
                let width = (value / most * room).max(1.0);
                picture.bar((left, y + 2.0), (width, ROW - 4.0), colour(place));
                picture.text((left + width + 6.0, y + ROW / 2.0 + 4.0), "start", &self.figure(*value));
                y += ROW;
            }
            y += GAP;
        }
        picture.grid((left, top - 4.0), (left, bottom));
        picture.end()
    }

    fn figure(&self, value: f64) -> String {
        self.decimals.map_or_else(|| figure(value), |decimals| format!("{value:.decimals$}"))
    }

    /// The position of each series' name, and how far it is below the first row: a full row is followed by another.
    fn legend(&self) -> Vec<(f64, f64)> {
        let (mut x, mut y) = (12.0, 0.0);
        let mut places = Vec::with_capacity(self.series.len());
        for name in &self.series {
            let width = 40.0 + length(name.chars().count()) * LETTER;
            if x > 12.0 && x + width > WIDTH {
                (x, y) = (12.0, y + ROW);
            }
            places.push((x, y));
            x += width;
        }
        places
    }
}

impl Lines {
    /// Draws the chart with a logarithmic vertical axis.
    pub fn draw(&self) -> String {
        let right = widest(self.series.iter().map(|(name, _)| name)) + 40.0;
        let height = (110.0 + ROW * length(self.series.len())).max(420.0);
        let mut picture = Picture::new(height, &self.title);
        let (left, top, bottom) = (70.0, 50.0, height - 60.0);
        let all = || self.series.iter().flat_map(|(_, values)| values).copied().filter(|value| *value > 0.0);
        let (low, high) = (all().fold(f64::MAX, f64::min).log10(), all().fold(f64::MIN, f64::max).log10());
        let (low, high) = (low.floor(), high.ceil().max(low.floor() + 1.0));
        let y = |value: f64| bottom - (value.log10() - low) / (high - low) * (bottom - top);
        let step = (WIDTH - left - right - 20.0) / length(self.places.len().saturating_sub(1).max(1));
        let x = |place: usize| left + 10.0 + step * length(place);
        for value in ticks(low, high) {
            picture.grid((left, y(value)), (WIDTH - right, y(value)));
            picture.text((left - 8.0, y(value) + 4.0), "end", &figure(value));
        }
        for (place, name) in self.places.iter().enumerate() {
            picture.text((x(place), bottom + 20.0), "middle", name);
        }
        picture.text((x(0), bottom + 44.0), "start", &self.across);
        for (number, (name, values)) in self.series.iter().enumerate() {
            let points: Vec<(f64, f64)> =
                values.iter().enumerate().map(|(place, value)| (x(place), y(*value))).collect();
            picture.line(&points, number);
            let place = (WIDTH - right + 10.0, top + 8.0 + ROW * length(number));
            picture.line(&[(place.0, place.1 - 4.0), (place.0 + 20.0, place.1 - 4.0)], number);
            picture.text((place.0 + 26.0, place.1), "start", name);
        }
        picture.end()
    }
}

/// The values 1, 2 and 5 of each power of ten between the limits.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let (mut ticks, mut power) = (Vec::new(), low);
    while power < high {
        ticks.extend([1.0, 2.0, 5.0].map(|step: f64| step * 10_f64.powf(power)));
        power += 1.0;
    }
    ticks.push(10_f64.powf(high));
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_and_its_figure_stay_inside() {
        let rows = vec![("a < b".to_owned(), vec![Some(2.0), None]), ("c".to_owned(), vec![Some(1_000.0), Some(0.0)])];
        let picture = Bars { title: "t".into(), series: vec!["x".into(), "y".into()], rows, decimals: None }.draw();
        assert!(picture.contains("a &lt; b") && picture.contains(">1000</text>") && picture.ends_with("</svg>\n"));
        let ends = picture.lines().filter(|line| line.contains("text-anchor=\"start\""));
        let places = ends.filter_map(|line| line.split("x=\"").nth(1)?.split('"').next()?.parse::<f64>().ok());
        assert!(places.fold(0.0, f64::max) < WIDTH - 40.0);
    }

    #[test]
    fn a_row_of_names_that_is_full_is_followed_by_another() {
        let series: Vec<String> = (0..8).map(|_| "n".repeat(24)).collect();
        let bars =
            Bars { title: "t".into(), series, rows: vec![("a".to_owned(), vec![Some(1.0); 8])], decimals: Some(2) };
        let places = bars.legend();
        assert!(places.iter().all(|(x, _)| x + 24.0 * LETTER < WIDTH));
        assert_eq!(places.iter().filter(|(_, y)| *y == 0.0).count(), 4);
        assert!(bars.draw().contains("height=\"258\"") && bars.draw().contains(">1.00</text>"), "{}", bars.draw());
    }

    #[test]
    fn lines_stand_between_powers_of_ten() {
        let series = vec![("flat".to_owned(), vec![0.2, 0.2]), ("steep".to_owned(), vec![0.3, 40.0])];
        let places = vec!["1".to_owned(), "10".to_owned()];
        let picture = Lines { title: "t".into(), across: "clients".into(), places, series }.draw();
        assert!(picture.contains(">0.100</text>") && picture.contains(">100</text>"), "{picture}");
        assert_eq!(picture.matches("<polyline").count(), 4);
    }

    #[test]
    fn a_figure_has_as_many_digits_as_say_something() {
        assert_eq!(
            [0.0, 0.1234, 1.234, 12.34, 1234.5].map(figure),
            ["0", "0.123", "1.23", "12.3", "1234"].map(str::to_owned)
        );
    }
}
