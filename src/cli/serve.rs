//! x
/// x
pub async fn serve(_l: tokio::net::TcpListener, _w: crate::widget::Widget, _i: crate::inbox::Inbox) -> anyhow::Result<()> { Ok(()) }
