//! Mails of the service, in both languages. They are stored with the change and leave by the mail job.

use lingxi_contracts::billing::{BillingNews, LimitReached};
use lingxi_kernel::Timestamp;

/// Where the link stands in the body of a mail.
const LINK: &str = "{link}";

/// The words of a mail.
#[derive(Clone)]
pub(crate) struct Words {
    pub(crate) subject: String,
    /// Plain text; a link that proves the address is left out of it.
    pub(crate) body: String,
    /// That link. It is kept apart, and only until the mail has left.
    pub(crate) link: Option<String>,
}

impl Words {
    fn new(subject: impl Into<String>, body: impl Into<String>) -> Self {
        Self { subject: subject.into(), body: body.into(), link: None }
    }

    fn with_link(subject: impl Into<String>, body: impl Into<String>, link: &str) -> Self {
        Self { link: Some(link.to_owned()), ..Self::new(subject, body) }
    }
}

/// The body as its receiver reads it.
pub(crate) fn whole(body: &str, link: Option<&str>) -> String {
    link.map_or_else(|| body.to_owned(), |link| body.replace(LINK, link))
}

/// The body as anybody else may read it.
pub(crate) fn without_link(body: &str, locale: &str) -> String {
    let instead =
        if locale == "zh-CN" { "（链接仅收件人可见）" } else { "(only the receiver sees the link)" };
    body.replace(LINK, instead)
}

pub(crate) fn verification(locale: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        let body = "您好：\n\n有人用此邮箱注册了灵犀。如果是您本人，请打开下面的链接完成验证（48 小时内有效）：\n{link}\n\n\
                    如果不是您本人操作，请勿打开链接，忽略此邮件即可。\n";
        Words::with_link("请验证您的灵犀邮箱", body, link)
    } else {
        let body = "Hello,\n\nsomebody signed up for Lingxi with this address. If it was you, open this link within 48 hours to confirm \
                    the address:\n{link}\n\nIf it was not you, do not open the link and ignore this mail.\n";
        Words::with_link("Please confirm your address for Lingxi", body, link)
    }
}

pub(crate) fn password_reset(locale: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        let body =
            "您好：\n\n请打开下面的链接设置新密码（48 小时内有效）：\n{link}\n\n如果不是您本人操作，请忽略此邮件。\n";
        Words::with_link("重设您的灵犀密码", body, link)
    } else {
        let body = "Hello,\n\nopen this link within 48 hours to set a new password:\n{link}\n\n\
                    If you did not ask for it, ignore this mail.\n";
        Words::with_link("Set a new password for Lingxi", body, link)
    }
}

pub(crate) fn welcome(locale: &str, firm: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        let body =
            format!("您好：\n\n{firm} 的智能客服已开通。请打开下面的链接设置密码并登录（48 小时内有效）：\n{{link}}\n");
        Words::with_link(format!("{firm} 的灵犀已开通"), body, link)
    } else {
        let body = format!(
            "Hello,\n\n{firm} is ready. Open this link within 48 hours to set your password and sign in:\n{{link}}\n"
        );
        Words::with_link(format!("{firm} is ready at Lingxi"), body, link)
    }
}

/// The firm's name is its own choice, so the mail quotes it and says so.
pub(crate) fn invitation(locale: &str, firm: &str, link: &str) -> Words {
    let firm = quoted(firm);
    if locale == "zh-CN" {
        let body = format!(
            "您好：\n\n一家自称“{firm}”的企业邀请您加入其在灵犀的客服团队。如果您认识对方，请在 7 天内打开链接接受邀请：\n\
             {{link}}\n\n如果您不认识对方，请忽略此邮件。\n"
        );
        Words::with_link("邀请您加入灵犀客服团队", body, link)
    } else {
        let body = format!(
            "Hello,\n\na firm that calls itself \"{firm}\" invites you to its service team at Lingxi. If you know it, accept within \
             7 days:\n{{link}}\n\nIf you do not know it, ignore this mail.\n"
        );
        Words::with_link("An invitation to a service team at Lingxi", body, link)
    }
}

/// A name that a stranger chose, as a mail of ours may quote it: letters, digits and a few marks, too short for a message, and nothing that
/// a mail program takes for an address.
fn quoted(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_alphanumeric() || "()（）&'-·".contains(c) { c } else { ' ' });
    let words = plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(40).collect::<String>().trim_end().to_owned()
}

/// An alert or a cap was reached.
pub(crate) fn limit(locale: &str, reached: &LimitReached) -> Words {
    let (subject, body) = limit_words(locale, reached);
    Words::new(subject, body)
}

fn limit_words(locale: &str, reached: &LimitReached) -> (String, String) {
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
    let (subject, body) = billing_words(locale, zone, news);
    Words::new(subject, body)
}

fn billing_words(locale: &str, zone: &str, news: &BillingNews) -> (String, String) {
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

fn decision(chinese: bool, subject: &str, accepted: bool, answer: &str) -> (String, String) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_quotes_a_name_and_no_message() {
        let name = "Your refund of $500 is ready: open https://evil.example/pay or write to a@b.example today!";
        for locale in ["zh-CN", "en-US"] {
            let words = invitation(locale, name, "https://lingxi.example/join?token=t");
            assert!(!words.subject.contains("refund"), "{}", words.subject);
            for part in ["evil.example", "://", "@", "$", "today"] {
                assert!(!words.body.contains(part), "{part} in {}", words.body);
            }
        }
        assert_eq!(quoted("安心保险（上海）有限公司"), "安心保险（上海）有限公司");
        assert_eq!(quoted("Müller & Söhne"), "Müller & Söhne");
    }

    #[test]
    fn the_link_is_in_the_mail_and_nowhere_else() {
        let words = password_reset("en-US", "https://lingxi.example/reset-password?token=t");
        assert!(!words.body.contains("token="));
        assert!(whole(&words.body, words.link.as_deref()).contains("/reset-password?token=t"));
        assert!(without_link(&words.body, "en-US").contains("only the receiver sees the link"));
    }
}
