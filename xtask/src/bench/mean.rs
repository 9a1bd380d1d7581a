//! Geometric means over the functions.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What stands in the place of a function's name.
const MEAN: &str = "geometric mean";

/// A row for each language and arm: the geometric mean of the inverse of `field`'s medians, as `name`.
pub(super) fn of(rows: &[Value], field: &str, name: &str) -> Vec<Value> {
    let mut logarithms: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    for row in rows {
        let value = row[field]["median"].as_f64().filter(|value| *value > 0.0);
        if let (Some(language), Some(arm), Some(value)) = (row["language"].as_str(), row["arm"].as_str(), value) {
            logarithms.entry((language, arm)).or_default().push(-value.ln());
        }
    }
    let row = |((language, arm), values): ((&str, &str), Vec<f64>)| {
        let mut row = json!({"function": MEAN, "language": language, "arm": arm, "functions": values.len()});
        #[expect(clippy::cast_precision_loss, reason = "there are a dozen functions")]
        let mean = (values.iter().sum::<f64>() / values.len() as f64).exp();
        row[name] = mean.into();
        row
    };
    logarithms.into_iter().map(row).collect()
}

/// The means of a report, for reading.
pub(super) fn table(report: &Value) -> String {
    let rows = report["rows"].as_array().into_iter().flatten();
    let means: Vec<_> = rows.filter(|row| row["function"] == MEAN).cloned().collect();
    super::rows_table(&json!({"rows": means}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_of_ratios() {
        let row = |value: f64| json!({"language": "python", "arm": "image", "ratio_to_plain": {"median": value}});
        let means = of(&[row(0.5), row(0.125)], "ratio_to_plain", "speedup");
        assert_eq!((means.len(), means[0]["functions"].as_u64()), (1, Some(2)));
        assert!((means[0]["speedup"].as_f64().unwrap() - 4.0).abs() < 1e-9);
    }
}
