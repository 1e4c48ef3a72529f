//! What is in pages, and how much of it was seen, read and played: as the engines tell it.

use serde_json::{Value, json};

use crate::tracking::{counted, counts, open, until};
use crate::visitor::Visitor;

/// It fits the window: nothing to scroll, and read only with time. Scripts in it are no text.
pub async fn a_page_that_does_not_scroll_is_read_with_time(mut v: Visitor) -> Visitor {
    let text = "letters and ".repeat(12);
    // Not every engine gives the focus to a page without a window.
    let body = format!(
        "<script>document.hasFocus = () => true</script><main><h1>Air</h1><article>{text}<script>{}</script></article></main>",
        "var x;".repeat(500)
    );
    open(&mut v, "/t/read", "read scroll content_end", &body).await;
    until(&v, "content_end", 1).await;
    v.js("dispatchEvent(new Event('resize'))").await;
    v.pause(400).await;
    assert_eq!(counted(&v).await, counts([("content_end", 1)]), "seen whole, and not read yet");
    v.click("article").await;
    until(&v, "read", 4).await;
    assert_eq!(counted(&v).await, counts([("content_end", 1), ("read", 4)]));
    v
}

/// What scrolls is a part of the page; and a page that grows when its end is near.
pub async fn scrolling_is_by_content(mut v: Visitor) -> Visitor {
    let body = "<style>body{margin:0}</style><div id=app style='height:100vh;overflow:auto'><div style='height:4000px'>long</div></div>
        <div style='position:fixed;top:0;height:50px;overflow:auto' id=menu><div style='height:900px'>menu</div></div>";
    open(&mut v, "/t/inner", "scroll", body).await;
    v.js("menu.scrollTop = 800").await;
    v.pause(500).await;
    assert_eq!(counted(&v).await, counts([]), "a menu is not the page");
    v.js("app.scrollTop = 1500").await;
    v.until("half", "return leadheat('explain').then(e => e.reasons.length)").await;
    v.js("app.scrollTop = 9000").await;
    until(&v, "scroll", 4).await;
    v.goto("/t/inner").await;
    v.ready().await;
    v.js("app.scrollTop = 10").await;
    v.pause(400).await;
    v.js("menu.scrollTop = 400").await;
    v.pause(500).await;
    assert_eq!(counted(&v).await, counts([]), "nor is it when the page was scrolled before");

    let grows = "<div id=feed style='height:3000px'>feed</div><script>
        addEventListener('scroll', () => { if (scrollY + innerHeight > feed.offsetHeight - 500) feed.style.height = feed.offsetHeight + 6000 + 'px' })</script>";
    open(&mut v, "/t/feed", "scroll", grows).await;
    v.js("scrollTo(0, 2900)").await;
    v.pause(700).await;
    v.js("scrollTo(0, 3000)").await;
    v.until("a quarter", "return leadheat('explain').then(e => e.reasons.length)").await;
    v.pause(500).await;
    assert_eq!(counted(&v).await, counts([("scroll", 1)]), "a third of what it has become");
    v
}

pub async fn pages_say_what_they_are_about(mut v: Visitor) -> Visitor {
    let body = "<div data-leadheat-topic='Schools, Air quality'></div>
        <script type='application/ld+json'>{\"@graph\": [{\"@type\": \"Article\", \"articleSection\": [\"Ventilation\"]}, {\"@type\": \"Product\", \"category\": \"Filters\"}]}</script>
        <script type='application/ld+json'>{ broken</script><script type='application/ld+json'>null</script>
        <script>document.head.insertAdjacentElement('beforeend', Object.assign(document.createElement('meta'), { content: 'Health' })).setAttribute('property', 'article:section')</script>";
    open(&mut v, "/t/topics", "topic", body).await;
    until(&v, "topic", 5).await;
    assert_eq!(v.explain().await["attributes"]["topic"], "air quality");
    let known = v.js("return Object.keys(localStorage).map(key => localStorage[key]).join()").await;
    assert_eq!(known, "", "nothing is stored without consent");
    v
}

/// The main text, prices and videos, without a mark on any.
pub async fn parts_of_a_page_are_known_by_what_they_are(mut v: Visitor) -> Visitor {
    let body = "<main><h1>Plans</h1><article>One article</article>
        <section class=pricing-intro>How we set prices</section><section class='Pricing-table'>Basic: 90 € a month</section>
        <video title=Tour width=200 height=100></video><iframe title=Clip width=200 height=100 src='https://www.youtube-nocookie.com/embed/abc?enablejsapi=1'></iframe>
        <iframe title=Map srcdoc=map></iframe></main>";
    let labels = ["article", "prices", "Tour", "Clip"];
    let rules: Vec<_> =
        labels.iter().map(|on| json!({"id": on, "kind": "content_view", "on": on, "points": 1})).collect();
    let config =
        json!({"webhook": "/webhook", "consent": "memory", "bots": "off", "model": {"id": "m", "rules": rules}});
    v.site.file("/t/parts.json", "application/json", &config.to_string());
    let tags =
        "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/t/parts.json></script>";
    v.site.page("/t/parts", None, &[body, tags].concat());
    v.goto("/t/parts").await;
    v.ready().await;
    v.until("all four", "return leadheat('explain').then(e => e.reasons.length === 4)").await;
    v.pause(300).await;
    assert_eq!(counted(&v).await, counts(labels.map(|label| (label, 1))));
    v
}

/// Nothing is looked at before; then everything that is there.
pub async fn what_is_in_view_counts_from_the_grant_on(mut v: Visitor) -> Visitor {
    let rule = |kind: &str| json!({"id": kind, "kind": kind, "points": 1});
    let rules: Vec<_> = ["content_view", "content_end", "topic", "media_start"].into_iter().map(rule).collect();
    let config = json!({"webhook": "/webhook", "bots": "off", "model": {"id": "m", "rules": rules}});
    v.site.file("/t/grant.json", "application/json", &config.to_string());
    let body = "<article data-leadheat-topic=Air>text</article><video id=tour title=Tour></video>
        <iframe id=yt title=Clip src='https://www.youtube.com/embed/abc'></iframe><iframe id=stand></iframe>
        <script>window.asked = 0; addEventListener('load', () => {
            stand.contentWindow.postMessage = () => asked++;
            Object.defineProperty(yt, 'contentWindow', { get: () => stand.contentWindow }) });
            for (const [name, value] of [['paused', false], ['currentTime', 5], ['duration', 100]]) Object.defineProperty(tour, name, { get: () => value })</script>
        <script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/t/grant.json></script>";
    v.site.page("/t/grant", None, body);
    v.goto("/t/grant").await;
    v.ready().await;
    v.js("tour.dispatchEvent(new Event('play'))").await;
    v.pause(1_200).await;
    assert_eq!(v.js("return asked").await, 0, "no player is asked before");
    v.grant().await;
    v.until("asked", "return asked > 0").await;
    v.js("tour.dispatchEvent(new Event('timeupdate'))").await;
    v.until("all of it", "return leadheat('explain').then(e => e.reasons.length === 4)").await;
    v.pause(700).await;
    let once = [("content_view", 3), ("content_end", 3), ("topic", 1), ("media_start", 1)];
    assert_eq!(counted(&v).await, counts(once));
    v
}

/// Players that behave as those of YouTube and Vimeo do towards the page: silent until they are asked, and then telling by
/// messages. They cannot be loaded in a test; the frames answer in their place.
pub async fn players_of_others_tell_what_plays(mut v: Visitor) -> Visitor {
    let body = "<iframe id=yt title='Our tour' src='https://www.youtube.com/embed/abc?enablejsapi=1'></iframe>
        <iframe id=vm title='Webinar' src='https://player.vimeo.com/video/123'></iframe><iframe id=helper></iframe><iframe id=other></iframe>
        <script>
        window.asked = { yt: [], vm: [] };
        window.frames2 = {};
        const stand = (id, real) => {
            frames2[id] = real;
            real.postMessage = (message, target) => asked[id].push(JSON.parse(message));
            Object.defineProperty(document.getElementById(id), 'contentWindow', { get: () => real });
        };
        addEventListener('load', () => { stand('yt', helper.contentWindow); stand('vm', other.contentWindow) });
        window.say = (id, origin, data) => dispatchEvent(new MessageEvent('message', { data, origin, source: frames2[id] }));
        window.yt = info => say('yt', 'https://www.youtube.com', JSON.stringify({ event: 'infoDelivery', info }));
        window.vm = (event, data) => say('vm', 'https://player.vimeo.com', { event, data });
        </script>";
    open(&mut v, "/t/players", "media_start media_quarter", body).await;
    v.until("asked", "return asked.yt.length && asked.vm.length >= 4").await;
    let asked = v.js("return [asked.yt[0].event, asked.vm.slice(0, 4).map(m => m.method + ' ' + m.value)]").await;
    let listen = ["play", "pause", "ended", "timeupdate"].map(|event| format!("addEventListener {event}"));
    assert_eq!(asked, json!(["listening", listen]));
    // Somebody else's message, and one of a frame that claims to be another.
    v.js("say('yt', 'https://evil.example', JSON.stringify({ event: 'infoDelivery', info: { playerState: 1 } }));
        dispatchEvent(new MessageEvent('message', { data: { event: 'play' }, origin: 'https://player.vimeo.com', source: window }));
        say('yt', 'https://www.youtube.com', 'not json'); say('yt', 'https://www.youtube.com', null); yt(null)").await;
    assert_eq!(counted(&v).await, counts([]));
    v.js("yt({ playerState: -1, duration: 200, currentTime: 0 }); yt({ playerState: 1 });
        for (let at = 0; at <= 110; at++) yt({ currentTime: at });
        yt({ playerState: 2 }); yt({ playerState: 1 }); yt({ playerState: 0 });
        vm('ready'); vm('play', { percent: 0 });
        for (let at = 0; at <= 100; at++) vm('timeupdate', { seconds: at, percent: at / 100 });
        vm('ended', { percent: 1 })")
        .await;
    until(&v, "media_quarter", 6).await;
    assert_eq!(
        counted(&v).await,
        counts([("media_start", 2), ("media_quarter", 6)]),
        "two of the tour, four of the webinar"
    );
    let mut names = v.explain().await["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["rule"] == "media_start")
        .unwrap()["evidence"]
        .as_array()
        .unwrap()
        .clone();
    names.sort_by_key(Value::to_string);
    assert_eq!(names, [json!("Our tour"), json!("Webinar")]);
    v
}
