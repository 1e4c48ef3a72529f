//! The inbox as a salesperson meets it.

use serde_json::json;

use crate::visitor::Visitor;

pub async fn inbox_shows_a_lead_live(mut v: Visitor) -> Visitor {
    v.goto("/inbox").await;
    v.until("the empty inbox says how to begin", "return document.body.textContent.includes(\"leadheat('test')\")")
        .await;
    let sales = v.client.window().await.unwrap();
    let page = v.client.new_window(true).await.unwrap();
    v.client.switch_to_window(page.handle).await.unwrap();
    v.client.goto(&v.site.url("/pricing")).await.unwrap();
    v.ready().await;
    v.call(json!(["test"])).await;
    v.client.switch_to_window(sales).await.unwrap();
    v.until("the lead, without reload", "return document.body.textContent.includes('Test lead')").await;
    let entry = v.site.entries().remove(0);
    assert_eq!(entry["status"], "new");
    v
}
