import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Page } from '../../lib/page.tsx';
import { useMay } from '../../lib/viewer.tsx';
import { Articles } from './articles.tsx';
import { BotReport } from './bot-report.tsx';
import { BotRules } from './bot-rules.tsx';
import { GoldQuestions } from './gold.tsx';
import { Learning } from './learning.tsx';
import { Releases } from './releases.tsx';
import { TestConsole } from './test-console.tsx';
import { Unanswered } from './unanswered.tsx';

/** The bot's knowledge: articles, releases, what it could not answer, what it has learned, its rules, and a place to try it. */
export default function Knowledge(): ReactNode {
  const { t } = useTranslation();
  const manages = useMay('MANAGE_KNOWLEDGE');
  const items = [
    { key: 'articles', label: t('knowledge.articles'), children: <Articles /> },
    { key: 'test', label: t('knowledge.test'), children: <TestConsole /> },
    { key: 'gold', label: t('knowledge.gold'), children: <GoldQuestions /> },
    { key: 'unanswered', label: t('knowledge.unanswered'), children: <Unanswered /> },
    { key: 'report', label: t('knowledge.report'), children: <BotReport /> },
    { key: 'learning', label: t('knowledge.learning'), children: <Learning /> },
    { key: 'releases', label: t('knowledge.releases'), children: <Releases /> },
    ...(manages ? [{ key: 'rules', label: t('knowledge.rules'), children: <BotRules /> }] : []),
  ];
  return (
    <Page title={t('nav.knowledge')}>
      <Tabs items={items} destroyOnHidden />
    </Page>
  );
}
