//! Forms of pages: what is secret in them, or not listed, is nowhere: not in storage, not in what is posted, not in an answer.

use serde_json::{Value, json};

use crate::visitor::Visitor;

/// How many pages with a form.
const PAGES: usize = 120;

/// Each page: a field of those that may be read, four others in one of several layouts, and one of several ways to send it. What
/// stands in the others begins with SECRET, or is a card's number.
const FORM: &str = r#"<!doctype html><meta charset=utf-8><script src=/t/recorder.js></script><body><script src=/leadheat-stub.js></script>
    <script async src=/leadheat.js data-config=/t/forms.json></script><script>
    const n = +location.search.slice(1), secret = k => `SECRET-${n}-${k}`, card = '4111 1111 1111 1111';
    const others = [
      'type=password name=p', 'type=password name=email', 'type=password name=your-name', 'type=hidden name=email', 'type=hidden name=tel', 'type=hidden name=your-name',
      'name=your-name autocomplete=cc-number', 'name=your-name autocomplete=cc-csc', 'name=your-name autocomplete=cc-exp', 'name=your-name autocomplete="section-a billing cc-name"',
      'name=your-name autocomplete=one-time-code', 'name=your-name autocomplete=new-password', 'name=your-name autocomplete=current-password', 'name=your-name type=password autocomplete=off',
      'name=password', 'name=passwd2', 'name=userpwd', 'name=otp', 'name=cvc', 'name=cvv2', 'name=iban', 'name=ssn', 'name=hetu', 'name=cardnumber', 'name=Your-Name', 'name=salary', 'name=comment', '',
      'id=note', 'type=search name=q', 'type=text name=health', 'name=your-name style="display:none"', 'name=your-name hidden', 'type=checkbox checked name=your-name', 'type=radio checked name=your-name',
      'form=elsewhere name=your-name', 'form=elsewhere name=email', 'name=your-name data-card', 'name=tel data-card', 'name=company[]', 'name="your-name "', 'name=tel type=password', 'name=tel autocomplete=cc-number',
      'name=your-name style="visibility:hidden"', 'name=your-name style="opacity:0"', 'name=your-name style="position:absolute;left:-9999px"', 'name=your-name style="position:fixed;top:-999px"',
      'name=your-name style="width:1px;padding:0;border:0"', 'name=your-name style="content-visibility:hidden;width:0;padding:0;border:0"', 'name=your-name autocomplete="CC-CSC"', 'name=salasana', 'name=jelszo',
    ];
    const form = document.createElement('form'), elsewhere = document.createElement('form');
    elsewhere.id = 'elsewhere';
    const box = [form, document.createElement('fieldset'), document.createElement('div'), document.createElement('details')][n % 4];
    if (box.open === false) box.open = true;
    if (box !== form) form.append(box);
    const field = (html, value) => { const span = document.createElement('label'); span.innerHTML = html; const input = span.firstChild; if ('value' in input) input.setAttribute('value', value), input.value = value; else input.textContent = value; box.append(span); return span };
    field('<input name=email type=email>', `allowed${n}@mail.example`);
    [0, 11, 23, 31].forEach((step, k) => { const attributes = others[(n + step) % others.length]; field(`<${n % 5 === 4 && !/type=/.test(attributes) ? 'textarea' : 'input'} ${attributes}>`, /data-card/.test(attributes) ? card : secret(k)) });
    field('<textarea name=message></textarea>', secret('m'));
    field('<div contenteditable name=your-name></div>', secret('c'));
    field('<select name=reason><option selected></option></select>', secret('s')).querySelector('option').textContent = secret('o');
    const host = document.createElement('div'); box.append(host); host.attachShadow({ mode: 'open' }).innerHTML = `<input name=your-name value="${secret('w')}">`;
    const button = document.createElement('button'); button.textContent = 'Send'; box.append(button);
    document.body.append(form, elsewhere);
    form.noValidate = n % 3 === 0;
    form.addEventListener('submit', event => event.preventDefault());
    leadheat('consent', 'granted'); leadheat('track', 'one');
    leadheat('status').then(() => setTimeout(() => {
      for (const input of form.elements) input.dispatchEvent(new Event('input', { bubbles: true })), input.dispatchEvent(new Event('change', { bubbles: true }));
      n % 2 ? form.requestSubmit() : button.click();
      // A busy browser takes its time.
      const tell = tries => Promise.all([leadheat('explain'), leadheat('export')]).then(answers => {
        const told = JSON.stringify(answers);
        if (tries && !told.includes('allowed')) setTimeout(tell, 200, tries - 1);
        else parent.postMessage(told + recorded.errors + recorded.lines, '*');
      });
      setTimeout(tell, 300, 12);
    }, 300));
    </script>"#;

pub async fn secrets_are_not_read(mut v: Visitor) -> Visitor {
    let config = json!({
        "webhook": "/t/report", "lead_from": "cold", "bots": "off",
        "form_fields": { "email": "email", "your-name": "name", "tel": "phone" },
    });
    v.site.file("/t/forms.json", "application/json", &config.to_string());
    v.site.file("/t/form", "text/html", FORM);
    v.site.page("/t/frames", None, "<script>window.told = []; addEventListener('message', event => told.push(event.data));
        window.show = pages => { for (const frame of [...document.querySelectorAll('iframe')]) frame.remove(); told.length = 0;
            for (const page of pages) document.body.appendChild(document.createElement('iframe')).src = '/t/form?' + page }</script>");
    v.goto("/t/frames").await;
    let (mut seen, mut allowed) = (String::new(), 0);
    for pages in (0..PAGES).collect::<Vec<_>>().chunks(10) {
        v.js_with("show(arguments[0])", vec![json!(pages)]).await;
        v.until("all", &format!("return told.length === {}", pages.len())).await;
        let told = v.js("return told.concat(Object.values(localStorage), Object.values(sessionStorage)).join()").await;
        let Value::String(told) = told else { unreachable!() };
        allowed += pages.iter().filter(|page| told.contains(&format!("allowed{page}@mail.example"))).count();
        seen += &told;
    }
    v.pause(1_500).await;
    while let Some(post) = v.site.report() {
        seen += &post;
    }
    seen += &v.site.requests().join(" ");
    println!("{allowed} of {PAGES} gave the address that may be read");
    assert!(
        seen.contains("\"email\":\"allowed") && allowed >= PAGES / 2,
        "{allowed} of {PAGES} gave the address that may be read"
    );
    // The whole card: four of its digits may stand in any time of day.
    for secret in ["SECRET", "4111 1111", "41111111"] {
        let at = seen.find(secret).map(|at| seen[at.saturating_sub(300)..].chars().take(400).collect::<String>());
        assert_eq!(at, None);
    }
    v
}
