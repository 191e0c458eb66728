import { Alert, App, Button, Input, Segmented, Space, type GetRef } from 'antd';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { CardInput } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { currentLocale } from '../../lib/i18n.ts';
import { useMay, useViewer } from '../../lib/viewer.tsx';
import { CardDialog } from './card-dialog.tsx';
import type { ThreadConversation } from './thread.tsx';

const CANNED = graphql(`
  query Canned {
    cannedReplies { id shortcut text locale }
  }
`);
const SEND = graphql(`
  mutation Send($input: SendMessageInput!) {
    sendMessage(input: $input) { status errors { field message } message { id seq } }
  }
`);

/** Keeps a file for a conversation; it is sent by a message that names it. */
async function upload(conversation: string, file: File): Promise<{ ok: true; id: string } | { ok: false; message: string }> {
  const body = new FormData();
  body.append('file', file);
  try {
    const response = await fetch(`/files?conversation=${conversation}`, { method: 'POST', body, headers: { 'accept-language': currentLocale() } });
    const answer = (await response.json()) as { id: string; detail?: string };
    return response.ok ? { ok: true, id: answer.id } : { ok: false, message: answer.detail ?? response.statusText };
  } catch (error) {
    return { ok: false, message: String(error) };
  }
}

const NO_DRAFTS = { reply: '', note: '' };

/** Where replies and notes are written. Enter sends, unless an input method is composing; Shift+Enter is a new line. */
export function Composer(props: { conversation: ThreadConversation; onSent: () => void }): ReactNode {
  const { t } = useTranslation();
  const act = useAction();
  const viewer = useViewer();
  const supervises = useMay('SUPERVISE');
  // Each kind keeps what was written as it: taking a conversation over makes no reply of a note.
  const [drafts, setDrafts] = useState(NO_DRAFTS);
  const [busy, setBusy] = useState(false);
  const [mode, setMode] = useState<'reply' | 'note'>('reply');
  const { message } = App.useApp();
  const [writing, setWriting] = useState(false);
  const field = useRef<GetRef<typeof Input.TextArea>>(null);
  const file = useRef<HTMLInputElement>(null);
  const draftIds = useRef({ reply: crypto.randomUUID(), note: crypto.randomUUID() });
  const { conversation } = props;
  const [{ data }] = useQuery({ query: CANNED });
  const mine = conversation.assignee?.id === viewer.member?.id || supervises;
  const mayReply = mine && conversation.status !== 'RESOLVED';
  const kind = mayReply ? mode : 'note';
  const note = kind === 'note';
  const text = drafts[kind];
  const setText = (text: string): void => {
    setDrafts((all) => ({ ...all, [kind]: text }));
    setMode(kind);
  };
  const typed = text.startsWith('/') ? text.slice(1).toLowerCase() : null;
  const canned = typed === null ? [] : (data?.cannedReplies ?? []).filter((reply) => reply.locale === conversation.locale && reply.shortcut.startsWith(typed));

  useEffect(() => {
    const key = (event: globalThis.KeyboardEvent): void => {
      if (!event.altKey || event.isComposing || (event.code !== 'KeyL' && event.code !== 'KeyP')) return;
      event.preventDefault();
      setMode(event.code === 'KeyL' ? 'reply' : 'note');
      field.current?.focus();
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);

  const send = async (): Promise<void> => {
    if (!text.trim() || busy) return;
    setBusy(true);
    const sent = await act(SEND, { input: { conversationId: conversation.id, text, private: note, clientId: draftIds.current[kind] } });
    setBusy(false);
    if (!sent) return;
    setText('');
    draftIds.current[kind] = crypto.randomUUID();
    props.onSent();
  };
  const attach = async (file: File): Promise<void> => {
    setBusy(true);
    const kept = await upload(conversation.id, file);
    const sent = kept.ok && (await act(SEND, { input: { conversationId: conversation.id, private: note, attachmentId: kept.id, clientId: crypto.randomUUID() } }));
    setBusy(false);
    if (!kept.ok) void message.error(kept.message);
    if (sent) props.onSent();
  };
  const sendCard = async (card: CardInput): Promise<void> => {
    if (!(await act(SEND, { input: { conversationId: conversation.id, card, clientId: crypto.randomUUID() } }))) return;
    setWriting(false);
    props.onSent();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') setText('');
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    const [first] = canned;
    if (first) setText(first.text);
    else void send();
  };
  return (
    <div className="composer">
      {!mayReply && <Alert type="info" title={t(conversation.status === 'RESOLVED' ? 'composer.resolved' : 'composer.notMine')} style={{ marginBottom: 8 }} />}
      <Segmented
        size="small"
        aria-label={t('composer.mode')}
        value={kind}
        onChange={setMode}
        options={[
          { value: 'reply' as const, label: t('composer.reply'), disabled: !mayReply },
          { value: 'note' as const, label: t('composer.note') },
        ]}
      />
      {canned.length > 0 && (
        <ul style={{ listStyle: 'none', margin: '8px 0', padding: 0 }} aria-label={t('composer.canned')}>
          {canned.map((reply) => (
            <li key={reply.id}>
              <Button type="text" onClick={() => setText(reply.text)}>
                <strong>/{reply.shortcut}</strong> {reply.text}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Input.TextArea
        ref={field}
        aria-label={t(note ? 'composer.note' : 'composer.reply')}
        value={text}
        maxLength={4000}
        autoSize={{ minRows: 2, maxRows: 8 }}
        placeholder={t(note ? 'composer.notePlaceholder' : 'composer.placeholder')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        style={{ margin: '8px 0' }}
      />
      <Space wrap>
        <Button type="primary" loading={busy} disabled={!text.trim()} onClick={() => void send()}>
          {t(note ? 'composer.addNote' : 'composer.send')}
        </Button>
        <Button onClick={() => file.current?.click()}>{t('composer.attach')}</Button>
        {!note && <Button onClick={() => setWriting(true)}>{t('composer.card')}</Button>}
      </Space>
      <input
        ref={file}
        type="file"
        hidden
        tabIndex={-1}
        aria-label={t('composer.attach')}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen) void attach(chosen);
          event.currentTarget.value = '';
        }}
      />
      {writing && <CardDialog onSend={(card) => void sendCard(card)} onClose={() => setWriting(false)} />}
    </div>
  );
}
