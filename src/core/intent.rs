//! What visitors say that matters to sales. Owns the names; must not know the words by which it is said
//! ([`crate::understand`]), nor what it is worth.

use crate::names::names;

/// What visitors say that matters to sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "snake_case"))]
#[allow(missing_docs)] // They say it themselves.
pub enum Intent {
    AskPrice,
    AskPayment,
    AskDelivery,
    AskQuantity,
    AskInstallation,
    AskWarranty,
    AskContract,
    AskStart,
    AskVariant,
    WantDemo,
    WantMeeting,
    WantCallback,
    WantHuman,
    TimeframeNow,
    TimeframeTwoMonths,
    TimeframeLater,
    TimeframeNone,
    Budget,
    AuthorityYes,
    AuthorityNo,
    CurrentSupplier,
    ObjectionPrice,
    ObjectionDelivery,
    ObjectionProduct,
    ObjectionCompany,
    ObjectionNoHurry,
    ObjectionMustAsk,
    NotInterested,
    ContactEmail,
    ContactPhone,
}

names!(Intent {
    AskPrice "ask_price", AskPayment "ask_payment", AskDelivery "ask_delivery", AskQuantity "ask_quantity",
    AskInstallation "ask_installation", AskWarranty "ask_warranty", AskContract "ask_contract", AskStart "ask_start",
    AskVariant "ask_variant", WantDemo "want_demo", WantMeeting "want_meeting", WantCallback "want_callback",
    WantHuman "want_human", TimeframeNow "timeframe_now", TimeframeTwoMonths "timeframe_two_months",
    TimeframeLater "timeframe_later", TimeframeNone "timeframe_none", Budget "budget", AuthorityYes "authority_yes",
    AuthorityNo "authority_no", CurrentSupplier "current_supplier", ObjectionPrice "objection_price",
    ObjectionDelivery "objection_delivery", ObjectionProduct "objection_product", ObjectionCompany "objection_company",
    ObjectionNoHurry "objection_no_hurry", ObjectionMustAsk "objection_must_ask", NotInterested "not_interested",
    ContactEmail "contact_email", ContactPhone "contact_phone"
});

impl Intent {
    /// Whether somebody asks so who is about to buy.
    pub fn is_buying_signal(self) -> bool {
        (Intent::AskPrice..=Intent::WantHuman).contains(&self)
    }

    /// Whether it stands in the way of buying.
    pub fn is_objection(self) -> bool {
        (Intent::ObjectionPrice..=Intent::ObjectionMustAsk).contains(&self)
    }
}
