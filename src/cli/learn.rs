//! Learning a card of whole points from leads whose end is known. Owns the card and the search for it; must not know files,
//! rules or tiers.
//!
//! Boosting in whole points: beginning with none, make again and again that one move, a point more or less for the leads in
//! one region, which is worth most, until none is worth its price. What a move gains is by how much the logistic loss falls,
//! to the second order, as in gradient boosting; its price is what it adds for people to read. A point stands for the same
//! everywhere, so the card is the model, and nothing is rounded afterwards.
//!
//! Not a library: those for boosting learn hundreds of trees with fractions. Nothing was found that learns so many rules at
//! most, in points that a person can add up.

use std::collections::BTreeSet;
use std::ops::{AddAssign, Sub};

use leadheat_core::model::Milli;

use crate::data::{Cell, Column, Row, Trend};

/// What one point adds to the logarithm of the odds.
const POINT: f64 = 0.1;
/// Most points of one rule, or one range of a number, either way.
pub const MOST: i32 = 10;
/// Most ranges of a number.
const RANGES: usize = 20;
/// Most names of a column; those that most leads have.
const MOST_NAMES: usize = 200;

// In the unit of the logarithmic loss of all leads together. Found by cross-validation on three sets of real leads, where
// half or twice as much changes the AUC by 0.006 at most.
/// What a move must gain at least, so that chance is not followed to the end.
const LEAST_GAIN: f64 = 0.15;
/// A further range or name in a rule.
const PRICE_OF_RANGE: f64 = 0.5;
/// A further rule on one column.
const PRICE_OF_RULE: f64 = 0.75;
/// A further rule on two columns.
const PRICE_OF_PAIR: f64 = 6.0;
/// What two columns together must bring to be preferred to one, as a multiple.
const PREFERENCE_FOR_ONE: f64 = 1.5;

/// Points for leads, by what stands in their columns.
#[derive(Clone, Debug)]
pub struct Card {
    /// The columns.
    pub features: Vec<Feature>,
    /// The points of each place of each column.
    pub shapes: Vec<Vec<i32>>,
    /// Points for what lies in two regions at once.
    pub pairs: Vec<(Region, Region, i32)>,
    /// Logarithm of the odds without any points.
    base: f64,
}

/// A column, divided into places: 0 is for what is unknown or rare.
#[derive(Clone, Debug)]
pub enum Feature {
    /// Ranges of a number, by where those after the first begin, inclusive. The first is place 1.
    Ranges(Vec<Milli>),
    /// Names, from place 1 on.
    Names(Vec<String>),
}

/// Places of a feature, from one, inclusive, to another, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Which feature.
    pub feature: usize,
    /// The first place.
    pub from: u8,
    /// The place after the last.
    pub to: u8,
}

impl Region {
    /// Whether it contains this place.
    pub fn contains(&self, place: u8) -> bool {
        (self.from..self.to).contains(&place)
    }
}

impl Feature {
    /// Divides a column. Ranges have about equally many leads, and begin at round numbers; names have at least `least`.
    fn divide(column: &Column, cells: impl Iterator<Item = Cell>, least: usize) -> Feature {
        let (mut numbers, mut names) = (Vec::new(), Vec::new());
        for cell in cells {
            match cell {
                Cell::Number(number) => numbers.push(number),
                Cell::Word(word) => names.push(word),
                Cell::Unknown => {}
            }
        }
        if !column.is_number() {
            names.sort_unstable();
            // A `*` in a pattern would stand for anything.
            let often = |same: &&[String]| same.len() >= least && !same[0].contains('*');
            let mut names: Vec<&[String]> = names.chunk_by(|a, b| a == b).filter(often).collect();
            names.sort_by_key(|same| std::cmp::Reverse(same.len()));
            let mut names: Vec<String> = names.into_iter().take(MOST_NAMES).map(|same| same[0].clone()).collect();
            names.sort_unstable();
            return Feature::Names(names);
        }
        numbers.sort_unstable();
        let mut cuts: Vec<_> = (1..RANGES).filter_map(|k| numbers.get(k * numbers.len() / RANGES)).copied().collect();
        cuts.dedup();
        cuts.retain(|cut| numbers.first() < Some(cut));
        let raw = cuts.clone();
        for (index, cut) in cuts.iter_mut().enumerate() {
            let before = if index > 0 { raw[index - 1] } else { numbers[0] };
            let after = raw.get(index + 1).or(numbers.last()).copied().unwrap_or(*cut);
            // Not where numbers are close together far from 0, such as years.
            *cut = Some(rounded(*cut)).filter(|round| before < *round && *round <= after).unwrap_or(*cut);
        }
        cuts.dedup();
        Feature::Ranges(cuts)
    }

    /// The place of what stands in the column.
    fn place(&self, cell: &Cell) -> u8 {
        match (self, cell) {
            (Feature::Ranges(cuts), Cell::Number(number)) => 1 + cuts.partition_point(|cut| cut <= number) as u8,
            (Feature::Names(names), Cell::Word(word)) => names.binary_search(word).map_or(0, |place| place as u8 + 1),
            _ => 0,
        }
    }

    /// How many places there are.
    pub fn places(&self) -> u8 {
        match self {
            Feature::Ranges(cuts) => cuts.len() as u8 + 2,
            Feature::Names(names) => names.len() as u8 + 1,
        }
    }

    /// Regions that one move may concern: from a range on, up to a range (for two columns together only), or a name.
    fn regions(&self, feature: usize, both_ways: bool) -> Vec<Region> {
        let region = |from, to| Region { feature, from, to };
        let places = self.places();
        match self {
            Feature::Names(_) => (1..places).map(|place| region(place, place + 1)).collect(),
            Feature::Ranges(_) => {
                let below = (2..places).filter(|_| both_ways).map(|place| region(1, place));
                (2..places).map(|place| region(place, places)).chain(below).collect()
            }
        }
    }
}

/// To two digits.
fn rounded(number: Milli) -> Milli {
    let mut unit = 1;
    while number.abs() / unit >= 100 {
        unit *= 10;
    }
    (number + number.signum() * unit / 2) / unit * unit
}

impl Card {
    /// The place of a lead in each column.
    pub fn places(&self, cells: &[Cell]) -> Vec<u8> {
        self.features.iter().zip(cells).map(|(feature, cell)| feature.place(cell)).collect()
    }

    /// Points of a lead.
    pub fn points(&self, cells: &[Cell]) -> i32 {
        let places = self.places(cells);
        let shapes = self.shapes.iter().zip(&places).map(|(shape, place)| shape[usize::from(*place)]);
        let within = |region: &Region| region.contains(places[region.feature]);
        let pairs = self.pairs.iter().filter(|(a, b, _)| within(a) && within(b)).map(|(_, _, points)| *points);
        shapes.sum::<i32>() + pairs.sum::<i32>()
    }

    /// How probably somebody with so many points becomes a customer.
    pub fn probability(&self, points: f64) -> f64 {
        logistic(self.base + POINT * points)
    }

    /// How many rules it takes to write it down: one for a number, one for the names that have the same points, one for a
    /// pair, and one to begin with.
    fn rules(&self) -> usize {
        1 + self.features.iter().zip(&self.shapes).map(|(feature, shape)| rules(feature, shape)).sum::<usize>()
            + self.pairs.len()
    }
}

fn rules(feature: &Feature, shape: &[i32]) -> usize {
    match feature {
        Feature::Ranges(_) => given(shape).len().min(1),
        Feature::Names(_) => given(shape).len(),
    }
}

/// The different points that are given in a shape, in ascending order.
pub fn given(shape: &[i32]) -> BTreeSet<i32> {
    shape.iter().copied().filter(|points| *points != 0).collect()
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// Learns a card with at most so many rules.
pub fn learn(columns: &[&Column], rows: &[&Row], most_rules: usize) -> Card {
    let mut search = Search::new(columns, rows, most_rules);
    // Every move lowers the loss, so there is an end; far beyond it is a limit, should rounding ever make it go in circles.
    for _ in 0..5_000 {
        search.settle();
        let Some(step) = search.best() else { break };
        search.make(&step);
    }
    search.card
}

/// What some leads have together: the slope and the curvature of the loss, and their number.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    slope: f64,
    curvature: f64,
    leads: f64,
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Sum) {
        self.slope += other.slope;
        self.curvature += other.curvature;
        self.leads += other.leads;
    }
}

impl Sub for Sum {
    type Output = Sum;
    fn sub(self, other: Sum) -> Sum {
        Sum {
            slope: self.slope - other.slope,
            curvature: self.curvature - other.curvature,
            leads: self.leads - other.leads,
        }
    }
}

/// A point more or less for a region, or where two of them meet.
#[derive(Clone, Copy, Debug)]
struct Move {
    a: Region,
    b: Option<Region>,
    by: i32,
    worth: f64,
}

/// A card in the making.
struct Search<'a> {
    columns: &'a [&'a Column],
    most_rules: usize,
    /// Fewest leads that a move may concern, and that it may leave out.
    least: f64,
    card: Card,
    /// The places of each feature, by lead.
    places: Vec<Vec<u8>>,
    labels: Vec<bool>,
    points: Vec<i32>,
    sums: Vec<Sum>,
    all: Sum,
    rules: usize,
}

impl<'a> Search<'a> {
    fn new(columns: &'a [&'a Column], rows: &[&Row], most_rules: usize) -> Search<'a> {
        let least = (rows.len() / 100).clamp(10, 50);
        let cells = |feature: usize| rows.iter().map(move |row| row.cells[feature].clone());
        let divide = |(feature, column): (usize, &&Column)| Feature::divide(column, cells(feature), least);
        let features: Vec<Feature> = columns.iter().enumerate().map(divide).collect();
        let place =
            |(index, feature): (usize, &Feature)| rows.iter().map(|row| feature.place(&row.cells[index])).collect();
        Search {
            columns,
            most_rules,
            least: least as f64,
            places: features.iter().enumerate().map(place).collect(),
            labels: rows.iter().map(|row| row.label).collect(),
            points: vec![0; rows.len()],
            sums: vec![Sum::default(); rows.len()],
            all: Sum::default(),
            rules: 1,
            card: Card {
                shapes: features.iter().map(|feature| vec![0; feature.places().into()]).collect(),
                features,
                pairs: Vec::new(),
                base: 0.0,
            },
        }
    }

    /// Finds the base, so that as many are expected to become customers as did, and each lead's part in the loss.
    fn settle(&mut self) {
        for _ in 0..50 {
            self.all = Sum::default();
            for ((sum, points), label) in self.sums.iter_mut().zip(&self.points).zip(&self.labels) {
                let expected = self.card.probability((*points).into());
                let slope = f64::from(u8::from(*label)) - expected;
                *sum = Sum { slope, curvature: expected * (1.0 - expected), leads: 1.0 };
                self.all += *sum;
            }
            if self.all.slope.abs() < 1e-6 * self.all.leads {
                break;
            }
            self.card.base += self.all.slope / self.all.curvature;
        }
    }

    /// The move that is worth most, if any is worth its price.
    fn best(&self) -> Option<Move> {
        let mut best = None;
        let features = &self.card.features;
        for (i, feature) in features.iter().enumerate() {
            let table = self.table(i, None);
            for a in feature.regions(i, false) {
                self.consider(&mut best, table.within(a.from, a.to, 0, 1), a, None);
            }
            for (j, other) in features.iter().enumerate().skip(i + 1) {
                let table = self.table(i, Some(j));
                let others = other.regions(j, true);
                for a in feature.regions(i, true) {
                    for b in &others {
                        self.consider(&mut best, table.within(a.from, a.to, b.from, b.to), a, Some(*b));
                    }
                }
            }
        }
        best
    }

    /// Sums by the places of one or two features.
    fn table(&self, a: usize, b: Option<usize>) -> Table {
        let width = b.map_or(1, |b| usize::from(self.card.features[b].places())) + 1;
        let mut sums = vec![Sum::default(); width * (usize::from(self.card.features[a].places()) + 1)];
        let second = |lead: usize| b.map_or(0, |b| usize::from(self.places[b][lead]));
        for (lead, sum) in self.sums.iter().enumerate() {
            sums[(usize::from(self.places[a][lead]) + 1) * width + second(lead) + 1] += *sum;
        }
        for at in width..sums.len() {
            let above = sums[at - width];
            let left = if at % width > 0 { sums[at - 1] - sums[at - width - 1] } else { Sum::default() };
            sums[at] += above;
            sums[at] += left;
        }
        Table { sums, width }
    }

    fn consider(&self, best: &mut Option<Move>, region: Sum, a: Region, b: Option<Region>) {
        if region.leads < self.least || self.all.leads - region.leads < self.least {
            return;
        }
        // The base gives way, so what counts is how the region differs from all.
        let curvature = region.curvature - region.curvature * region.curvature / self.all.curvature;
        let by = if region.slope > 0.0 { 1 } else { -1 };
        let by_one = POINT * region.slope.abs() - POINT * POINT * curvature / 2.0;
        if curvature <= 0.0 || by_one < LEAST_GAIN {
            return;
        }
        let in_full = region.slope * region.slope / (2.0 * curvature);
        let preference = if b.is_some() { PREFERENCE_FOR_ONE } else { 1.0 };
        if best.is_some_and(|best| in_full / preference <= best.worth) {
            return;
        }
        let Some(price) = self.price(a, b, by) else { return };
        let worth = (in_full - price) / preference;
        if worth > best.map_or(0.0, |best| best.worth) {
            *best = Some(Move { a, b, by, worth });
        }
    }

    /// What a move adds for people to read; `None` where it is not allowed.
    fn price(&self, a: Region, b: Option<Region>, by: i32) -> Option<f64> {
        let (before, added) = match b {
            Some(b) => {
                let before = self.pair(a, b).map_or(0, |pair| self.card.pairs[pair].2);
                let against = [a, b].iter().any(|region| self.against_trend(*region, before + by));
                if against || (before + by).abs() > MOST {
                    return None;
                }
                (before, usize::from(before == 0))
            }
            None => {
                let shape = &self.card.shapes[a.feature];
                let from = usize::from(a.from);
                let ranges = matches!(self.card.features[a.feature], Feature::Ranges(_));
                let before = if ranges { shape[from] - shape[from - 1] } else { shape[from] };
                let mut after = shape.clone();
                after[from..a.to.into()].iter_mut().for_each(|points| *points += by);
                if self.against_trend(a, before + by) || after.iter().any(|points| points.abs() > MOST) {
                    return None;
                }
                let rules = |shape: &[i32]| rules(&self.card.features[a.feature], shape);
                (before, rules(&after).saturating_sub(rules(shape)))
            }
        };
        if added > 0 && self.rules + added > self.most_rules {
            return None;
        }
        let range = if before == 0 { PRICE_OF_RANGE } else { 0.0 };
        Some(match (b, added) {
            (Some(_), 1..) => PRICE_OF_PAIR,
            (None, 1..) => PRICE_OF_RULE + range,
            (None, 0) => range,
            _ => 0.0,
        })
    }

    /// Whether so many points for a region, from a number on or below one, would go against the trend that was asked for.
    fn against_trend(&self, region: Region, points: i32) -> bool {
        let from_here_on = region.to == self.card.features[region.feature].places();
        let grows = if from_here_on { points } else { -points };
        match self.columns[region.feature].trend {
            Some(Trend::Up) => grows < 0,
            Some(Trend::Down) => grows > 0,
            None => false,
        }
    }

    fn pair(&self, a: Region, b: Region) -> Option<usize> {
        self.card.pairs.iter().position(|pair| (pair.0, pair.1) == (a, b))
    }

    fn make(&mut self, step: &Move) {
        let Move { a, b, by, .. } = *step;
        for (lead, points) in self.points.iter_mut().enumerate() {
            let within = |region: Region| region.contains(self.places[region.feature][lead]);
            if within(a) && b.is_none_or(within) {
                *points += by;
            }
        }
        match b.map(|b| (b, self.pair(a, b))) {
            None => {
                let places = usize::from(a.from)..a.to.into();
                self.card.shapes[a.feature][places].iter_mut().for_each(|points| *points += by);
            }
            Some((_, Some(pair))) => self.card.pairs[pair].2 += by,
            Some((b, None)) => self.card.pairs.push((a, b, by)),
        }
        self.card.pairs.retain(|pair| pair.2 != 0);
        self.rules = self.card.rules();
    }
}

/// Sums over all places up to each, of two features at once, so that those of any two regions are found in four looks.
struct Table {
    sums: Vec<Sum>,
    width: usize,
}

impl Table {
    fn within(&self, a_from: u8, a_to: u8, b_from: u8, b_to: u8) -> Sum {
        let up_to = |a: u8, b: u8| self.sums[usize::from(a) * self.width + usize::from(b)];
        (up_to(a_to, b_to) - up_to(a_from, b_to)) - (up_to(a_to, b_from) - up_to(a_from, b_from))
    }
}
