//! The chat as a visitor meets it.

use serde_json::{Value, json};

use crate::visitor::Visitor;

pub async fn keyboard_and_screen_reader(mut v: Visitor) -> Visitor {
    v.goto("/").await;
    v.ready().await;
    let launcher = v.panel(".launcher").await;
    assert_eq!(launcher.attr("aria-label").await.unwrap().as_deref(), Some("Open chat"));
    launcher.click().await.unwrap();
    let panel = v.panel(".panel").await;
    assert_eq!(panel.attr("role").await.unwrap().as_deref(), Some("dialog"));
    assert_eq!(panel.attr("aria-modal").await.unwrap(), None, "on a wide screen the page stays usable");
    let named = "const root = document.querySelector('leadheat-chat').shadowRoot; return root.getElementById(root.querySelector('.panel').getAttribute('aria-labelledby')).textContent";
    assert_eq!(v.js(named).await, "Lumo");
    assert_eq!(v.js("return document.querySelector('leadheat-chat').shadowRoot.querySelectorAll('[role=log], [aria-live]:not([aria-live=off])').length").await, 1);
    v.until(
        "the focus is in the text field",
        "return document.querySelector('leadheat-chat').shadowRoot.activeElement?.localName === 'textarea'",
    )
    .await;
    // 44 px targets.
    // Smaller, and a phone would zoom in on it.
    assert_eq!(v.panel("textarea").await.css_value("font-size").await.unwrap(), "16px");
    let small = "return [...document.querySelector('leadheat-chat').shadowRoot.querySelectorAll('button, a, textarea')].filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML)";
    assert_eq!(v.js(small).await, json!([]));
    v.panel("textarea").await.send_keys("\u{e00c}").await.unwrap();
    v.panel(".launcher").await;
    let back = "return document.querySelector('leadheat-chat').shadowRoot.activeElement?.className";
    v.until("focus is back on the launcher", &format!("{back} === 'launcher'")).await;
    v
}

pub async fn three_languages(mut v: Visitor) -> Visitor {
    for (page, reply, write, now, decide, thanks) in [
        (
            "/fi",
            "Haluaisin tarjouksen",
            "Kolmen luokan ilmanvaihto",
            "Heti",
            "Minä päätän",
            "Kiitos, tiedot tulivat perille",
        ),
        ("/hu", "Árajánlatot szeretnék", "Három tanterem szellőztetése", "Most", "Én döntök", "Köszönjük, megkaptuk"),
    ] {
        v.goto(page).await;
        v.ready().await;
        v.inquire(reply, write, now, decide).await;
        v.leave_contact(&[("email", &format!("x@{}.example", page.trim_matches('/')))]).await;
        let lead = v.site.lead("one in this language", |lead| lead["language"] == page.trim_matches('/')).await;
        assert_eq!(lead["qualification"]["need"], write);
        assert_eq!(lead["tier"], "hot");
        v.until("thanked", &format!("return document.querySelector('leadheat-chat').shadowRoot.querySelector('[role=log]').textContent.includes('{thanks}')")).await;
        v.call(json!(["forget"])).await;
    }
    v
}

pub async fn conversation_survives_navigation(mut v: Visitor) -> Visitor {
    v.goto("/").await;
    v.ready().await;
    v.open_chat().await;
    v.choose("I have a question").await;
    v.write("Can it be painted?").await;
    v.goto("/product").await;
    v.ready().await;
    v.panel(".panel").await;
    let log = "return document.querySelector('leadheat-chat').shadowRoot.querySelector('[role=log]').textContent";
    v.until("the bot goes on", &[log, ".includes('When would you like')"].concat()).await;
    assert!(v.transcript().await.contains("Can it be painted?"));
    let focused = v.js("return document.activeElement === document.body").await;
    assert_eq!(focused, Value::Bool(true), "an open panel takes no focus from the page");
    v.choose("Later").await;
    v
}

pub async fn form_errors_in_words(mut v: Visitor) -> Visitor {
    v.goto("/").await;
    v.ready().await;
    v.open_chat().await;
    v.choose("Just looking").await;
    v.choose("Leave an address").await;
    v.choose("Later").await;
    v.choose("I prepare it").await;
    v.panel("#email").await.send_keys("aino").await.unwrap();
    v.panel("#phone").await.send_keys("12").await.unwrap();
    v.submit().await;
    let errors = v.until("errors", "return [...document.querySelector('leadheat-chat').shadowRoot.querySelectorAll('.error')].map(e => e.textContent).join('|')").await;
    let errors = errors.as_str().unwrap();
    assert!(
        errors.contains("e-mail address. Example")
            && errors.contains("phone number. Example")
            && errors.contains("tick the box"),
        "{errors}"
    );
    assert_eq!(v.js("return document.querySelector('leadheat-chat').shadowRoot.activeElement.id").await, "email");
    assert_eq!(
        v.js("return document.querySelector('leadheat-chat').shadowRoot.getElementById('email').value").await,
        "aino",
        "nothing typed is lost"
    );
    assert_eq!(v.site.posts(), 0);
    v.panel("#phone").await.clear().await.unwrap();
    v.panel("#email").await.send_keys("@koulu.example").await.unwrap();
    v.leave_contact(&[]).await;
    let lead = v.site.lead("one", |_| true).await;
    assert_eq!((&lead["contact"]["email"], &lead["tier"]), (&json!("aino@koulu.example"), &json!("cold")));
    v
}
