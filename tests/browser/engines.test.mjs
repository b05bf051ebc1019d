// People sign in and out with each engine, at a plain-http `jeton dev`, by a chain of callbacks, and in a popup.
// Run with: tests/clients/with-stack node --test tests/browser/engines.test.mjs
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { Dev } from '../clients/node/dev.mjs';
import { App } from './origins.mjs';
import { Browser, ENGINES, missing, until } from './webdriver.mjs';

for (const engine of ENGINES) {
  for (const host of ['127.0.0.1', 'localhost']) {
    describe(`${engine.name} at http://${host}`, { skip: missing(engine) }, () => {
      let dev;
      let app;
      let browser;
      let person;
      before(async () => {
        dev = await Dev.start({ host });
        app = await App.start(dev);
        browser = await Browser.start(engine);
      });
      after(async () => {
        await browser?.stop();
        await app?.stop();
        await dev?.stop();
      });
      beforeEach(async () => {
        person = dev.newPerson();
        app.answers.length = 0;
        await browser.forget(dev.url);
      });

      const signIn = async () => {
        await browser.type('#username', person.username);
        await browser.type('#password', person.password);
        await browser.click('form button');
      };
      const allow = () => browser.click('button[name=decision][value=allow]');
      const arriveAtLast = (path) => browser.arriveAt(`${app.last}${path}`);
      const signInAndAllow = async (more) => {
        await browser.open(app.begin(more));
        await signIn();
        await allow();
        await arriveAtLast('/callback');
        return app.redeem();
      };

      // The title of the page, once it is another one than at first.
      const titleAfter = (first) => until('another title', async () => {
        const title = await browser.run('return document.title');
        return title !== first && title;
      });

      test('consent leads through the chain to its end', async () => {
        const tokens = await signInAndAllow();
        assert.ok(tokens.id_token, JSON.stringify(tokens));
        assert.equal(app.answers.length, 1);
      });

      test('a sign-in without a question leads there as well', async () => {
        await signInAndAllow();
        await browser.open(app.begin({ prompt: 'login' }));
        await signIn();
        await until('a second answer', () => app.answers.length === 2);
        await arriveAtLast('/callback');
        await app.redeem();
      });

      test('an answer that is posted leads there as well', async () => {
        await signInAndAllow({ response_mode: 'form_post' });
      });

      test('a sign-out that is confirmed leads there as well', async () => {
        const { id_token: hint } = await signInAndAllow();
        person = dev.newPerson();
        await browser.open(app.begin({ prompt: 'login' }));
        await signIn();
        await allow();
        await arriveAtLast('/callback');
        // The hint means somebody else, so the person is asked.
        await browser.open(app.signOut({ id_token_hint: hint }));
        await browser.click('form button');
        await arriveAtLast('/signed-out');
        await browser.open(app.begin());
        await browser.type('#username', person.username);
      });

      test('a popup keeps its opener', async () => {
        await browser.open(`${app.first}/open`);
        const [opener, known] = [await browser.window(), await browser.windows()];
        await browser.click('button');
        const popup = await until('a popup', async () => (await browser.windows()).find((handle) => !known.includes(handle)));
        await browser.switchTo(popup);
        await signIn();
        await browser.switchTo(opener);
        assert.equal(await browser.run('return popup.closed'), false);
        await browser.switchTo(popup);
        await allow();
        await browser.arriveAt(app.popupUri);
        assert.equal(await titleAfter('Signing in'), 'told');
        await browser.closeWindow();
        await browser.switchTo(opener);
        assert.match(await titleAfter('Waiting'), /^\?code=/);
        await app.redeem(app.popupUri);
      });
    });
  }
}
