//! Single-page applications on the routers that people use, as npm has them: each page that somebody comes to rest on is one
//! view.

use crate::npm;
use crate::tracking::page;
use crate::visitor::Visitor;

/// A page with these scripts of npm's, and the tags of leadheat. Whether there are such.
fn application(v: &Visitor, path: &str, scripts: &[&str], body: &str) -> bool {
    let attributes = "data-turbo-eval=false data-turbo-suppress-warning";
    let Some(tags) = npm::scripts(v, scripts, attributes) else { return false };
    page(v, path, "page_view", &[&tags, body].concat());
    true
}

/// Clicks these links, goes back, and says how often each page was looked at.
async fn walk(v: &mut Visitor, start: &str, links: &[&str], views: u32) {
    v.goto(start).await;
    v.ready().await;
    for link in links {
        v.click(&format!("#{link}")).await;
        v.pause(250).await;
    }
    v.js("history.back()").await;
    let counted = format!("return leadheat('explain').then(e => e.reasons[0].count >= {views})");
    v.until("views", &counted).await;
    v.pause(700).await;
    assert_eq!(v.explain().await["reasons"][0]["count"], views);
    v.until("the chat is there", "return document.querySelectorAll('leadheat-chat').length === 1").await;
}

pub async fn react_router(mut v: Visitor) -> Visitor {
    let scripts = [
        "react/umd/react.production.min.js",
        "react-dom/umd/react-dom.production.min.js",
        "@remix-run/router/dist/router.umd.min.js",
        "react-router/dist/umd/react-router.production.min.js",
        "react-router-dom/dist/umd/react-router-dom.production.min.js",
    ];
    let body = "<div id=root></div><script>
        const h = React.createElement, { BrowserRouter, Routes, Route, Link, Navigate } = ReactRouterDOM;
        const link = (id, to) => h(Link, { id, to, key: id }, id);
        ReactDOM.createRoot(root).render(h(BrowserRouter, { basename: '/t/react' },
            link('a', '/a'), link('b', '/b?x=1'), link('c', '/b?x=2'), link('old', '/old'),
            h(Routes, null, h(Route, { path: '/old', element: h(Navigate, { to: '/new', replace: true }) }), h(Route, { path: '*', element: h('p', null, 'page') }))))
        </script>";
    if application(&v, "/t/react", &scripts, body) {
        // The start, a, b, new by way of old, and back to b.
        walk(&mut v, "/t/react", &["a", "b", "c", "old"], 5).await;
    }
    v
}

pub async fn vue_router(mut v: Visitor) -> Visitor {
    let scripts = ["vue/dist/vue.runtime.global.prod.js", "vue-router/dist/vue-router.global.prod.js"];
    let body = "<div id=root></div><script>
        const { createRouter, createWebHistory, RouterLink, RouterView } = VueRouter, h = Vue.h;
        const page = { render: () => h('p', 'page') };
        const routes = ['/', '/a', '/b', '/new'].map(path => ({ path, component: page })).concat({ path: '/old', redirect: '/new' });
        const link = (id, to) => h(RouterLink, { id, to }, () => id);
        Vue.createApp({ render: () => [link('a', '/a'), link('b', '/b?x=1'), link('c', '/b?x=2'), link('old', '/old'), h(RouterView)] })
            .use(createRouter({ history: createWebHistory('/t/vue'), routes })).mount(root)
        </script>";
    if application(&v, "/t/vue/", &scripts, body) {
        walk(&mut v, "/t/vue/", &["a", "b", "c", "old"], 5).await;
    }
    v
}

/// Pages of a server, which the library fetches and puts in the place of the body.
async fn of_pages(mut v: Visitor, script: &str, root: &str, attributes: &str, start: &str) -> Visitor {
    for path in ["", "/a", "/b"] {
        let body = format!(
            "<main {attributes}><a id=a href='{root}/a'>a</a> <a id=b href='{root}/b'>b</a><p>{path}</p></main>{start}"
        );
        if !application(&v, &[root, path].concat(), &[script], &body) {
            return v;
        }
    }
    // The start, a, b, and back to a.
    walk(&mut v, root, &["a", "b"], 4).await;
    v
}

pub async fn turbo(v: Visitor) -> Visitor {
    of_pages(v, "@hotwired/turbo/dist/turbo.es2017-umd.js", "/t/turbo", "", "").await
}

pub async fn htmx(v: Visitor) -> Visitor {
    of_pages(v, "htmx.org/dist/htmx.min.js", "/t/htmx", "hx-boost=true", "").await
}

pub async fn pjax(v: Visitor) -> Visitor {
    let start = "<script>window.pjax = window.pjax || new Pjax({ elements: 'a', selectors: ['title', 'body'], cacheBust: false })</script>";
    of_pages(v, "pjax/pjax.min.js", "/t/pjax", "", start).await
}
