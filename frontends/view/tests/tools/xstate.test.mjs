// xstate loads the configuration, and does what the table says: for every state and every event.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createActor, createMachine, getNextSnapshot } from 'xstate';
import { charts, expected, text } from './charts.mjs';

/** `{ live: { setup: 'incoming' } }` is `['live', 'setup', 'incoming']`. */
const flat = (value) =>
  typeof value === 'string' ? [value] : Object.entries(value).flatMap(([outer, inner]) => [outer, ...flat(inner)]);
const nested = ([first, ...rest]) => (rest.length ? { [first]: nested(rest) } : first);

for (const chart of charts) {
  const { states, steps, transitions, entrances, after, isFinal } = expected(chart);
  const machine = createMachine(JSON.parse(text(chart, 'xstate')));
  const place = (state) => [...(states.get(state) ?? []), state];
  const events = [...transitions, ...entrances.keys(), 'adopted', 'operationCreated', 'nonsense'];

  test(`${chart}: every state follows the table, and ignores any other event`, () => {
    let taken = 0;
    for (const state of states.keys()) {
      const before = machine.resolveState({ value: nested(place(state)) });
      for (const type of events) {
        const next = after(state, type);
        taken += next ? 1 : 0;
        assert.deepEqual(flat(getNextSnapshot(machine, before, { type }).value), place(next ?? state), `${state} + ${type}`);
        assert.equal(before.can({ type }), next !== undefined, `${state} can ${type}`);
      }
    }
    assert.equal(taken, steps.length);
  });

  test(`${chart}: it begins with what a lifecycle begins with, and with nothing else`, () => {
    for (const type of events) {
      const actor = createActor(machine).start();
      assert.deepEqual(flat(actor.getSnapshot().value), ['unknown']);
      actor.send({ type });
      assert.deepEqual(flat(actor.getSnapshot().value), place(entrances.get(type) ?? 'unknown'), type);
    }
  });

  test(`${chart}: an actor walks every step, and is done at a final state of the top`, () => {
    for (const [from, transition, to] of steps.map((step) => step.split(' '))) {
      const [enter] = [...entrances].findLast(([, state]) => state === from);
      const actor = createActor(machine).start();
      actor.send({ type: enter });
      actor.send({ type: transition });
      assert.deepEqual(flat(actor.getSnapshot().value), place(to));
      const isOver = isFinal(to) && states.get(to).length === 0;
      assert.equal(actor.getSnapshot().status, isOver ? 'done' : 'active', to);
    }
  });

  test(`${chart}: final states are final`, () => {
    for (const state of states.keys()) {
      assert.equal(machine.getStateNodeById(state).type === 'final', isFinal(state), state);
    }
  });
}
