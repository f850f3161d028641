import { expect, test } from 'vitest'
import { html } from '../../src/report/html.js'

test('values are escaped, HTML is not, lists are joined and nothing is nothing', () => {
  const inner = html`<b>${'<i> & "it\'s"'}</b>`
  expect(html`${inner}${[1, 'a<', null, undefined, false]}${[]}`.text).toBe(
    '<b>&lt;i&gt; &amp; &quot;it&#39;s&quot;</b>1a&lt;',
  )
})
