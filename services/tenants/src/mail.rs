//! Mails of the service, in both languages. They are stored with the change and leave by the mail job.

use lingxi_contracts::billing::{BillingNews, LimitReached};
use lingxi_kernel::{MailId, Result, Timestamp};
use lingxi_store::{Tx, insert};

use crate::store::mail;

/// The words of a mail: subject and body.
type Words = (String, String);

pub(crate) fn verification(locale: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        ("请验证您的灵犀邮箱".into(), format!("您好：\n\n请打开下面的链接完成验证（48 小时内有效）：\n{link}\n"))
    } else {
        (
            "Please confirm your address for Lingxi".into(),
            format!("Hello,\n\nplease open this link within 48 hours to confirm your address:\n{link}\n"),
        )
    }
}

pub(crate) fn password_reset(locale: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        (
            "重设您的灵犀密码".into(),
            format!(
                "您好：\n\n请打开下面的链接设置新密码（48 小时内有效）：\n{link}\n\n如果不是您本人操作，请忽略此邮件。\n"
            ),
        )
    } else {
        (
            "Set a new password for Lingxi".into(),
            format!(
                "Hello,\n\nopen this link within 48 hours to set a new password:\n{link}\n\n\
                If you did not ask for it, ignore this mail.\n"
            ),
        )
    }
}

pub(crate) fn welcome(locale: &str, firm: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        (
            format!("{firm} 的灵犀已开通"),
            format!("您好：\n\n{firm} 的智能客服已开通。请打开下面的链接设置密码并登录（48 小时内有效）：\n{link}\n"),
        )
    } else {
        (
            format!("{firm} is ready at Lingxi"),
            format!(
                "Hello,\n\n{firm} is ready. Open this link within 48 hours to set your password and sign in:\n{link}\n"
            ),
        )
    }
}

pub(crate) fn invitation(locale: &str, firm: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        (
            format!("{firm} 邀请您加入灵犀"),
            format!("您好：\n\n{firm} 邀请您加入客服团队，请在 7 天内打开链接接受邀请：\n{link}\n"),
        )
    } else {
        (
            format!("{firm} invites you to Lingxi"),
            format!("Hello,\n\n{firm} invites you to its service team. Accept within 7 days:\n{link}\n"),
        )
    }
}

/// An alert or a cap was reached.
pub(crate) fn limit(locale: &str, reached: &LimitReached) -> Words {
    let LimitReached { meter, limit, percent, value, .. } = reached;
    let cap = limit == "cap" && *percent >= 100;
    if locale == "zh-CN" {
        let what = meter.as_ref().map_or_else(|| "本月费用".to_owned(), |meter| format!("本月用量（{meter}）"));
        return if cap {
            (
                format!("灵犀：{what}已达上限"),
                format!(
                    "{what}已达 {value}，达到您设置的上限。超出的使用将按您的设置处理，直到您提高上限或进入下月。\n"
                ),
            )
        } else {
            (format!("灵犀：{what}提醒"), format!("{what}已达 {value}，为您所设限额的 {percent}%。\n"))
        };
    }
    let what =
        meter.as_ref().map_or_else(|| "This month's bill".to_owned(), |meter| format!("This month's use of {meter}"));
    if cap {
        let subject =
            meter.as_ref().map_or("this month's cap".to_owned(), |meter| format!("this month's cap on {meter}"));
        (
            format!("Lingxi: {subject} is reached"),
            format!(
                "{what} is {value} and has reached your cap. More is handled as you set it until you raise the cap.\n"
            ),
        )
    } else {
        ("Lingxi: spend alert".into(), format!("{what} is {value}, {percent} % of your limit.\n"))
    }
}

/// News of bills and payments.
pub(crate) fn billing(locale: &str, zone: &str, news: &BillingNews) -> Words {
    let zone: chrono_tz::Tz = zone.parse().unwrap_or(chrono_tz::UTC);
    let day = |at: &Timestamp| at.with_timezone(&zone).date_naive();
    let chinese = locale == "zh-CN";
    match news {
        BillingNews::Invoice { number, total, due, due_at } => {
            let until = due_at.as_ref().map(day);
            if chinese {
                let pay =
                    until.map_or("无需付款。".to_owned(), |until| format!("应付 {due}，请于 {until} 前支付。"));
                (
                    format!("灵犀：账单 {number}"),
                    format!("账单 {number} 已出，合计 {total}。{pay}明细与依据见管理台「账单」。\n"),
                )
            } else {
                let pay =
                    until.map_or("Nothing is to be paid.".to_owned(), |until| format!("Please pay {due} by {until}."));
                (
                    format!("Lingxi: invoice {number}"),
                    format!(
                        "Invoice {number} comes to {total}. {pay} Lines and evidence are in the portal under Billing.\n"
                    ),
                )
            }
        }
        BillingNews::PaymentFailed { number, due, why, again_at } => {
            let again = again_at.as_ref().map(day);
            if chinese {
                let why = if why.is_empty() { "请尽快付款。" } else { why };
                let next =
                    again.map_or("这是最后一次提醒。".to_owned(), |again| format!("下次提醒：{again}。"));
                (format!("灵犀：账单 {number} 尚未付款"), format!("账单 {number} 尚欠 {due}。{why}{next}\n"))
            } else {
                let why = if why.is_empty() { "Please pay soon." } else { why };
                let next = again.map_or("This was the last reminder.".to_owned(), |again| {
                    format!("The next reminder comes on {again}.")
                });
                (
                    format!("Lingxi: invoice {number} is not paid"),
                    format!("{due} of invoice {number} are open. {why} {next}\n"),
                )
            }
        }
        BillingNews::CardExpires { brand, last4, month, year } => {
            let (card, end) = (format!("{} •••• {last4}", brand.to_uppercase()), format!("{year}-{month:02}"));
            if chinese {
                let body = format!(
                    "付款卡 {card} 有效期至 {end}，本期账单开具前将失效。请在“用量与账单 › 钱包与付款”中添加新卡。\n"
                );
                ("灵犀：付款卡即将失效".into(), body)
            } else {
                let body = format!(
                    "{card} can be used until {end}, which is before the running period is charged. Please add a card at \
                     Usage and bill, Wallet and payments.\n"
                );
                ("Lingxi: your card expires".into(), body)
            }
        }
        BillingNews::DisputeDecided { subject, accepted, answer } => decision(chinese, subject, *accepted, answer),
        BillingNews::Paid { number, amount } if chinese => {
            (format!("灵犀：账单 {number} 已付"), format!("已收到账单 {number} 的款项 {amount}，谢谢。\n"))
        }
        BillingNews::Paid { number, amount } => {
            (format!("Lingxi: invoice {number} is paid"), format!("{amount} came for invoice {number}. Thank you.\n"))
        }
    }
}

fn decision(chinese: bool, subject: &str, accepted: bool, answer: &str) -> Words {
    if chinese {
        let what = if accepted {
            "已撤回该计费项；若已开具账单，将在下期账单中调整"
        } else {
            "该计费项维持不变"
        };
        return ("灵犀：争议处理结果".into(), format!("您对 {subject} 的争议已处理：{what}。\n\n{answer}\n"));
    }
    let what = if accepted {
        "the unit is taken back; where it was invoiced, the next invoice adjusts it"
    } else {
        "the unit stays as it was billed"
    };
    (
        "Lingxi: your dispute is decided".into(),
        format!("Your dispute about {subject} is decided: {what}.\n\n{answer}\n"),
    )
}

/// Writes a mail, to be sent after the commit.
pub(crate) async fn queue(tx: &Tx, receiver: &str, (subject, body): Words) -> Result<()> {
    let row = mail::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<MailId>().uuid(),
        receiver: receiver.to_owned(),
        subject,
        body,
        created_at: tx.now(),
        sent_at: None,
    };
    Ok(insert(tx, row).await?)
}
