//! End to end: real pages in real browsers against the real server.
//!
//! - [`engine`]: the browsers, found, installed or skipped, and one session in one of them
//! - [`site`]: the server with the demo, fixture pages, and what its inbox received
//! - [`visitor`]: what a person does in a page
//! - [`receiver`]: webhooks of other origins, with faults on demand
//! - [`npm`]: what people use with leadheat
//! - the scenarios: [`buying`], [`privacy`], [`managers`], [`vendors`], [`hostile`], [`hosts`], [`forms`], [`guest`], [`talking`], [`panel`], [`live`], [`delivery`], [`tracking`], [`content`], [`views`],
//!   [`routers`], [`cost`], [`sales`], [`operators`], [`vectors`]
//!
//! Every scenario runs in every engine. `LEADHEAT_BROWSERS=chromium,firefox,webkit` requires engines instead of skipping
//! them; `LEADHEAT_VISIBLE=1` opens windows.
#![allow(missing_docs, unreachable_pub)]

mod buying;
mod content;
mod cost;
mod delivery;
mod engine;
mod forms;
mod guest;
mod hostile;
mod hosts;
mod live;
mod managers;
mod npm;
mod operators;
mod panel;
mod privacy;
mod receiver;
mod routers;
mod sales;
mod site;
mod talking;
mod tracking;
mod vectors;
mod vendors;
mod views;
mod visitor;

/// Each scenario as a test of its own in each engine: `chromium::buying::anonymous_reader_stays_cold`.
macro_rules! scenarios {
    ($($room:ident: $($name:ident),+;)+) => {
        mod chromium { $(mod $room { $(#[test] fn $name() { crate::engine::run(crate::engine::Engine::Chromium, crate::$room::$name); })+ })+ }
        mod firefox { $(mod $room { $(#[test] fn $name() { crate::engine::run(crate::engine::Engine::Firefox, crate::$room::$name); })+ })+ }
        mod webkit { $(mod $room { $(#[test] fn $name() { crate::engine::run(crate::engine::Engine::Webkit, crate::$room::$name); })+ })+ }
    };
}

scenarios! {
    buying: anonymous_reader_stays_cold, ready_buyer_is_hot_in_the_inbox, no_hurry_arrives_cold, careers_stays_cold,
        warm_becomes_hot_as_second_revision, single_page_navigation_and_clicks_count, a_lead_waits_for_the_next_page;
    privacy: nothing_before_consent, a_submitted_contact_goes_without_a_score, withdrawal_and_forget_wipe, what_is_taken_back_is_gone_in_every_tab,
        staff_can_opt_out, two_tabs_lose_nothing, a_consent_counts_whenever_in_the_start_it_comes;
    managers: each_manager_in_each_state, klaro, vanilla_cookieconsent, tcf_by_the_code_of_its_makers, broken_managers_grant_nothing, a_manager_outranks_what_google_is_told,
        global_privacy_control, an_objection_holds_in_every_tab;
    vendors: livechat_by_its_own_code, rocket_chat_by_its_own_code, crisp_by_its_own_code, tawk_by_its_own_code, each_vendor_in_each_case, without_a_vendor_nothing_is_fetched;
    hostile: strictest_policy, two_versions_on_one_page, missing_wasm, altered_wasm_is_refused, the_panel_comes_when_it_is_opened,
        broken_config, a_panic_leaves_the_page_alone, a_lead_outlives_a_panic, an_altered_script_is_refused, commands_before_the_script, an_old_browser_is_left_alone, no_storage_and_no_place,
        who_takes_something_back_is_heard_after_a_failure, listeners_of_the_page_may_do_anything, a_base_elsewhere_leads_no_lead_away;
    guest: what_a_page_pays;
    forms: secrets_are_not_read;
    hosts: a_page_is_as_it_was, changed_natives, polyfills, anything_may_be_missing;
    talking: keyboard_and_screen_reader, three_languages, conversation_survives_navigation, form_errors_in_words;
    panel: everybody_can_use_each_state, a_greeting_an_unread_number_and_a_saved_chat, what_is_typed_is_the_visitors, on_a_phone_it_ends_where_the_keyboard_begins, two_tabs_have_one_conversation,
        the_hours_are_those_of_the_companys_zone, whatever_is_written_is_text;
    delivery: three_tabs_send_each_lead_once, two_tabs_keep_every_lead, a_hostile_receiver_gets_every_lead, killed_pages_lose_nothing, a_send_keeps_no_page_out_of_the_back_forward_cache,
        without_storage_a_page_that_is_gone_hands_over_its_lead, posts_that_outlive_the_page_stay_within_their_limit,
        a_lead_leaves_within_a_quarter_of_a_second;
    tracking: forms_copies_prints_and_anger_count, searches_and_the_data_layer_count, media_count_by_quarters,
        each_page_of_a_router_counts_once, engaged_time_agrees_with_a_stopwatch, a_tab_behind_another_is_not_looked_at, marked_content_counts_while_it_is_in_view;
    content: a_page_that_does_not_scroll_is_read_with_time, scrolling_is_by_content, pages_say_what_they_are_about,
        parts_of_a_page_are_known_by_what_they_are, what_is_in_view_counts_from_the_grant_on, players_of_others_tell_what_plays;
    views: going_back_is_a_view, a_page_counts_when_it_is_looked_at, a_copy_of_a_tab_is_a_view_and_no_visitor,
        other_scripts_may_wrap_history_too, clicks_and_what_comes_of_them, a_form_says_who_the_visitor_is;
    cost: handlers_are_quick, an_idle_page_costs_nothing, what_is_taken_down_stays_down, crowded_pages_are_not_held_up, strange_pages_do_no_harm;
    routers: react_router, vue_router, turbo, htmx, pjax;
    live: a_line_that_is_cut_at_every_step_loses_and_doubles_nothing, what_an_operator_writes_is_text_and_who_it_is_is_seen,
        the_cable_keeps_no_page_out_of_the_back_forward_cache, a_message_is_there_and_back_in_no_time, a_file_goes_to_the_company, a_server_that_does_everything_wrong;
    operators: from_the_first_log_in_to_the_visitors_answer;
    sales: inbox_shows_a_lead_live;
    vectors: scores_are_those_of_the_native_core;
}
