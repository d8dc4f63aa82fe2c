// One error at each mention in a signature, and none of what calls these functions.
use autodiff_runtime::{Differentiable, differentiate};

struct Market {
    spot: f64,
    rates: Vec<f64>,
}

#[derive(Differentiable)]
struct Book {
    market: Market,
    positions: Vec<(u32, f64)>,
}

#[differentiate]
fn forward(market: &Market, t: f64) -> f64 {
    market.spot * (market.rates[0] * t).exp()
}

#[differentiate]
impl Market {
    fn discount(&self, t: f64) -> f64 {
        (-self.rates[0] * t).exp()
    }
}

#[differentiate]
fn value(book: &Book) -> f64 {
    book.positions.iter().map(|(_, amount)| amount * book.market.spot).sum()
}

#[differentiate]
fn total(books: &[Book], x: f64) -> f64 {
    let mut sum = x;
    for book in books {
        sum += value(book) * forward(&book.market, 1.0) * book.market.discount(x);
    }
    sum
}

fn main() {
    let market = Market { spot: 1.0, rates: vec![0.1] };
    let (price, (by_market, by_t)) = forward::value_and_grad(&market, 2.0);
    println!("{price} {} {by_t}", by_market.spot);
}
