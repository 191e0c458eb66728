import { Button, Drawer, Form, Input, Select, Space } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { graphql } from '../../gql/index.ts';
import type { ArticleStatus } from '../../gql/graphql.ts';
import { useAction } from '../../lib/action.ts';
import { useMay } from '../../lib/viewer.tsx';
import type { Article } from './articles.tsx';

const SAVE = graphql(`
  mutation SaveArticle($id: ID, $version: Int, $input: ArticleInput!) {
    saveArticle(id: $id, expectedVersion: $version, input: $input) { status errors { field message } article { id version } }
  }
`);
const FLOWS = graphql(`
  query FlowNames {
    flows { id draft { name { zh en } } }
  }
`);
const LOCALES = ['zh-CN', 'en-US'] as const;

type Values = {
  category?: string;
  status: ArticleStatus;
  questions: string;
  validFrom?: string;
  validTo?: string;
  flowId: string;
  texts: Record<string, { title?: string; answer?: string } | undefined>;
  links: { label: string; url: string }[];
};

/** The local date and time that a date field shows, and back. */
const toField = (at?: string | null): string => (at ? new Date(at).toISOString().slice(0, 16) : '');
const fromField = (text?: string): string | null => (text ? new Date(`${text}Z`).toISOString() : null);

/** An article: answers by language, ways to ask, links, validity. */
export function ArticleEditor(props: { article: Article | null; onClose: (saved: boolean) => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const act = useAction();
  const [{ data }] = useQuery({ query: FLOWS });
  const zh = i18n.language === 'zh-CN';
  const flows = (data?.flows ?? []).map(({ id, draft: { name } }) => ({ value: id, label: zh ? name.zh || name.en : name.en || name.zh }));
  const manages = useMay('MANAGE_KNOWLEDGE');
  const { article } = props;
  const initial: Values = {
    category: article?.category ?? '',
    status: article?.status ?? 'READY',
    questions: article?.questions.join('\n') ?? '',
    validFrom: toField(article?.validFrom),
    validTo: toField(article?.validTo),
    texts: Object.fromEntries((article?.texts ?? []).map((text) => [text.locale, text])),
    links: article?.links ?? [],
    flowId: article?.flowId ?? '',
  };
  const save = async (values: Values): Promise<void> => {
    const texts = LOCALES.flatMap((locale) => {
      const text = values.texts[locale];
      return text?.title || text?.answer ? [{ locale, title: text.title ?? '', answer: text.answer ?? '' }] : [];
    });
    const input = {
      key: article?.key ?? null,
      category: values.category ?? '',
      status: values.status,
      texts,
      questions: values.questions.split('\n').map((line) => line.trim()).filter(Boolean),
      links: values.links,
      flowId: values.flowId || null,
      validFrom: fromField(values.validFrom),
      validTo: fromField(values.validTo),
    };
    const saved = await act(SAVE, { id: article?.id || null, version: article?.version || null, input }, t('article.saved'));
    if (saved) props.onClose(true);
  };
  return (
    <Drawer open size="large" title={t(article ? 'article.edit' : 'knowledge.add')} onClose={() => props.onClose(false)}>
      <Form<Values> layout="vertical" disabled={!manages} initialValues={initial} onFinish={(values) => void save(values)}>
        {LOCALES.map((locale) => (
          <fieldset key={locale} style={{ border: '1px solid var(--line)', borderRadius: 8, marginBottom: 12 }}>
            <legend>{t(`locale.${locale}`)}</legend>
            <Form.Item name={['texts', locale, 'title']} label={t('article.title')}>
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item name={['texts', locale, 'answer']} label={t('article.answer')}>
              <Input.TextArea autoSize={{ minRows: 3, maxRows: 12 }} maxLength={4000} />
            </Form.Item>
          </fieldset>
        ))}
        <Form.Item name="questions" label={t('article.questionLines')}>
          <Input.TextArea autoSize={{ minRows: 4, maxRows: 14 }} />
        </Form.Item>
        <Space wrap>
          <Form.Item name="category" label={t('article.category')}>
            <Input />
          </Form.Item>
          <Form.Item name="status" label={t('knowledge.status')}>
            <Select style={{ minWidth: 120 }} options={(['READY', 'DRAFT', 'ARCHIVED'] as const).map((value) => ({ value, label: t(`article.${value}`) }))} />
          </Form.Item>
          <Form.Item name="flowId" label={t('article.flow')}>
            <Select style={{ minWidth: 180 }} options={[{ value: '', label: t('article.noFlow') }, ...flows]} />
          </Form.Item>
          <Form.Item name="validFrom" label={t('article.validFrom')}>
            <Input type="datetime-local" />
          </Form.Item>
          <Form.Item name="validTo" label={t('article.validTo')}>
            <Input type="datetime-local" />
          </Form.Item>
        </Space>
        <Form.List name="links">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field) => (
                <Space key={field.key} align="baseline">
                  <Form.Item name={[field.name, 'label']} label={t('article.linkLabel')} rules={[{ required: true }]}>
                    <Input />
                  </Form.Item>
                  <Form.Item name={[field.name, 'url']} label={t('article.linkUrl')} rules={[{ required: true, pattern: /^https:\/\// }]}>
                    <Input placeholder="https://" />
                  </Form.Item>
                  <Button onClick={() => remove(field.name)}>{t('common.remove')}</Button>
                </Space>
              ))}
              <Button onClick={() => add({ label: '', url: '' })} style={{ display: 'block', marginBottom: 16 }}>
                {t('article.addLink')}
              </Button>
            </>
          )}
        </Form.List>
        {manages && (
          <Button type="primary" htmlType="submit">
            {t('common.save')}
          </Button>
        )}
      </Form>
    </Drawer>
  );
}
