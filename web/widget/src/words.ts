const ZH = {
  title: '在线客服', close: '关闭', search: '搜索常见问题', popular: '常见问题', write: '输入您的问题…', send: '发送',
  person: '转人工', attach: '发送文件', offline: '网络已断开，您的消息会在恢复后发送。', sending: '发送中', read: '已读',
  rate: '请为本次服务评分', stars: '星', comment: '您的建议（可选）', submit: '提交', thanks: '感谢您的评价！',
  away: '我们现在不在线。请留下您的邮箱和问题，我们上班后会尽快回复。', name: '您的姓名', email: '邮箱', question: '您的问题', leave: '留言', kept: '已记录，我们会尽快回复您。',
  reach: '我们现在不在线，请留下邮箱以便回复您。',
  earlier: '更早的消息', language: 'English', log: '会话内容', you: '我', bot: '机器人', member: '客服', system: '系统',
};
const EN: typeof ZH = {
  title: 'Chat', close: 'Close', search: 'Search common questions', popular: 'Common questions', write: 'Write your question…', send: 'Send',
  person: 'Talk to a person', attach: 'Send a file', offline: 'You are offline. Your messages are sent once you are back.', sending: 'sending', read: 'read',
  rate: 'Please rate this conversation', stars: 'stars', comment: 'Anything to add? (optional)', submit: 'Send', thanks: 'Thank you!',
  away: 'We are away at the moment. Leave your address and your question, and we reply once we are back.', name: 'Your name', email: 'E-mail', question: 'Your question', leave: 'Leave a message', kept: 'Noted. We will reply soon.',
  reach: 'We are away at the moment. Leave your address, so that we can reply.',
  earlier: 'Earlier messages', language: '中文', log: 'Conversation', you: 'You', bot: 'Bot', member: 'Agent', system: 'System',
};

export type Words = typeof ZH;

/** The widget's texts in a language. */
export function words(locale: string): Words {
  return locale === 'zh-CN' ? ZH : EN;
}
