import { expect, test } from 'vitest';
import { hostOf } from './host.ts';

test.each([
  ['https://bank.example/login', 'bank.example'],
  ['https://bank.example@evil.example/', 'evil.example'],
  ['https://bank.example:x@evil.example:8443/', 'evil.example:8443'],
  ['https://evil.example\\@bank.example/', 'evil.example'],
  ['https://bаnk.example/', 'xn--bnk-6cd.example'],
  ['https://evil.example/#https://bank.example', 'evil.example'],
  ['no link', 'no link'],
])('an agent is told where %j leads', (url, host) => expect(hostOf(url)).toBe(host));
