//! How good scores are, where it is known who became a customer. Owns the measures; must not know where scores come from.
//!
//! Every function takes as many scores as labels, and wants labels of both kinds.

use leadheat_core::tier::Tier;

/// All measures under their names. Those of probabilities are there where there are probabilities.
pub fn figures(scores: &[f64], probabilities: Option<&[f64]>, labels: &[bool]) -> Vec<(&'static str, f64)> {
    let mut figures = vec![
        ("AUC", auc(scores, labels)),
        ("PR-AUC", pr_auc(scores, labels)),
        ("lift at 10 %", lift(scores, labels, 0.1)),
        ("lift at 20 %", lift(scores, labels, 0.2)),
        ("lift at 30 %", lift(scores, labels, 0.3)),
    ];
    if let Some(probabilities) = probabilities {
        figures.push(("log loss", log_loss(probabilities, labels)));
        figures.push(("Brier score", brier(probabilities, labels)));
        figures.push(("calibration error", calibration_error(probabilities, labels)));
    }
    figures
}

/// How large each tier is and how many in it became customers, a line for each, hot first.
pub fn tiers(tiers: &[Tier], labels: &[bool]) -> Vec<String> {
    let line = |tier: Tier| {
        let here: Vec<bool> =
            tiers.iter().zip(labels).filter(|(of, _)| **of == tier).map(|(_, label)| *label).collect();
        let part = 100.0 * here.len() as f64 / labels.len() as f64;
        format!(
            "{:<5}{part:>6.1} % of the leads, {:>5.1} % of them became customers",
            tier.name(),
            100.0 * share(&here)
        )
    };
    [Tier::Hot, Tier::Warm, Tier::Cold].map(line).into()
}

/// Leads in descending order of score, those with the same score together.
fn ranked(scores: &[f64], labels: &[bool]) -> Vec<Tie> {
    let mut order: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let tie = |same: &[(f64, bool)]| Tie {
        leads: same.len() as f64,
        customers: same.iter().filter(|(_, label)| *label).count() as f64,
    };
    order.chunk_by(|a, b| a.0 == b.0).map(tie).collect()
}

struct Tie {
    leads: f64,
    customers: f64,
}

/// The share of customers.
pub fn share(labels: &[bool]) -> f64 {
    labels.iter().filter(|label| **label).count() as f64 / labels.len().max(1) as f64
}

/// Area under the ROC curve: of a customer and another lead, how often the customer scores higher; ties count half (Mann and
/// Whitney's U over the number of pairs).
pub fn auc(scores: &[f64], labels: &[bool]) -> f64 {
    let (mut won, mut customers, mut others) = (0.0, 0.0, 0.0);
    for tie in ranked(scores, labels) {
        let down = tie.leads - tie.customers;
        won += down * (customers + tie.customers / 2.0);
        customers += tie.customers;
        others += down;
    }
    won / (customers * others)
}

/// Area under the curve of precision over recall, as average precision: the precision at each score, weighted by the
/// customers who have it.
pub fn pr_auc(scores: &[f64], labels: &[bool]) -> f64 {
    let (mut area, mut customers, mut leads) = (0.0, 0.0, 0.0);
    for tie in ranked(scores, labels) {
        customers += tie.customers;
        leads += tie.leads;
        area += tie.customers * customers / leads;
    }
    area / customers
}

/// How many times more customers there are among this share of the leads, those with the highest scores, than among all.
/// Of leads with the same score as many as needed are taken, as if drawn at random.
pub fn lift(scores: &[f64], labels: &[bool], top: f64) -> f64 {
    let wanted = top * labels.len() as f64;
    let (mut customers, mut leads) = (0.0, 0.0);
    for tie in ranked(scores, labels) {
        let taken = tie.leads.min(wanted - leads);
        customers += tie.customers * taken / tie.leads;
        leads += taken;
    }
    customers / wanted / share(labels)
}

/// Mean logarithmic loss, in nats, of probabilities.
pub fn log_loss(probabilities: &[f64], labels: &[bool]) -> f64 {
    let loss = |(probability, label): (&f64, &bool)| {
        let said = if *label { *probability } else { 1.0 - probability };
        -said.clamp(1e-15, 1.0).ln()
    };
    probabilities.iter().zip(labels).map(loss).sum::<f64>() / labels.len() as f64
}

/// Mean squared difference between probability and outcome.
pub fn brier(probabilities: &[f64], labels: &[bool]) -> f64 {
    let square = |(probability, label): (&f64, &bool)| (probability - f64::from(u8::from(*label))).powi(2);
    probabilities.iter().zip(labels).map(square).sum::<f64>() / labels.len() as f64
}

/// Expected calibration error: the leads in ten parts of the same size by probability, how far the mean probability of each
/// is from its share of customers, on average.
pub fn calibration_error(probabilities: &[f64], labels: &[bool]) -> f64 {
    let mut order: Vec<(f64, bool)> = probabilities.iter().copied().zip(labels.iter().copied()).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let apart = |part: &[(f64, bool)]| {
        part.iter().map(|(probability, label)| probability - f64::from(u8::from(*label))).sum::<f64>().abs()
    };
    order.chunks(order.len().div_ceil(10)).map(apart).sum::<f64>() / order.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_what_they_are_called() {
        let (yes, no) = (true, false);
        assert_eq!(auc(&[1., 2., 3., 4.], &[no, no, yes, yes]), 1.0);
        assert_eq!(auc(&[1., 2., 3., 4.], &[yes, yes, no, no]), 0.0);
        assert_eq!(auc(&[5., 5., 5.], &[yes, no, no]), 0.5);
        assert_eq!(auc(&[1., 3., 2., 4.], &[no, no, yes, yes]), 0.75);
        assert_eq!(pr_auc(&[4., 3., 2., 1.], &[yes, no, yes, no]), (1.0 + 2.0 / 3.0) / 2.0);
        assert_eq!(pr_auc(&[1., 1., 1., 1.], &[yes, no, no, no]), 0.25);
        assert_eq!(lift(&[4., 3., 2., 1.], &[yes, no, yes, no], 0.25), 2.0);
        assert_eq!(lift(&[1., 1., 1., 1.], &[yes, no, yes, no], 0.25), 1.0);
        assert_eq!(log_loss(&[0.5, 0.5], &[yes, no]), 2f64.ln());
        assert_eq!(brier(&[1.0, 0.5], &[yes, no]), 0.125);
        let half = [yes, no].repeat(10);
        assert_eq!(calibration_error(&[0.5; 20], &half), 0.0);
        assert_eq!(calibration_error(&[0.75; 20], &half), 0.25);
    }
}
