// A step of a computation in pieces, which threads take from shared memory. Whoever offers a step also works on it, so it ends
// even if no other thread has started.

/** How many words of shared memory this takes, each an int32. */
export const sharedWords = 3

const [remaining, pending, failed] = [0, 1, 2]

/** In place of the pieces that remain: there will be no more steps. */
const over = -1

/**
 * Offers a step of `count` pieces, after the one before has ended. What the pieces need must be in shared memory already.
 * @param {Int32Array} words
 * @param {number} count
 */
export function offerPieces(words, count) {
  Atomics.store(words, pending, count)
  Atomics.store(words, remaining, count)
  Atomics.notify(words, remaining)
}

/**
 * Takes pieces, from the last to the first, until none is left, and waits for those that other threads have taken. Throws an
 * error if a piece failed anywhere.
 * @param {Int32Array} words
 * @param {(piece: number) => void} perform
 */
export function finishPieces(words, perform) {
  takePieces(words, perform)
  awaitPieces(words)
  if (Atomics.load(words, failed) !== 0) throw new Error('a part of a computation failed in another thread')
}

/**
 * Takes back the pieces that no thread has taken, waits for the others, and says that there will be no more steps.
 * @param {Int32Array} words
 */
export function endWork(words) {
  const left = Atomics.exchange(words, remaining, over)
  if (left > 0) Atomics.sub(words, pending, left)
  Atomics.notify(words, remaining)
  awaitPieces(words)
}

/**
 * Works on every step until there will be no more.
 * @param {Int32Array} words
 * @param {(piece: number) => void} perform
 */
export function help(words, perform) {
  while (Atomics.load(words, remaining) !== over) {
    takePieces(words, perform)
    if (spinWhile(words, remaining, 0)) Atomics.wait(words, remaining, 0)
  }
}

/** @param {Int32Array} words */
function awaitPieces(words) {
  for (let left = Atomics.load(words, pending); left > 0; left = Atomics.load(words, pending)) {
    if (spinWhile(words, pending, left)) Atomics.wait(words, pending, left)
  }
}

/** How often a word is read before a thread sleeps, some 20 microseconds: waking it would take longer. */
const spins = 2000

/**
 * Reads a word until it changes, for a short time. Returns whether it is still the same.
 * @param {Int32Array} words
 * @param {number} word
 * @param {number} value
 */
function spinWhile(words, word, value) {
  for (let spin = 0; spin < spins; spin++) if (Atomics.load(words, word) !== value) return false
  return true
}

/**
 * @param {Int32Array} words
 * @param {(piece: number) => void} perform
 */
function takePieces(words, perform) {
  for (let left = Atomics.load(words, remaining); left > 0; left = Atomics.load(words, remaining)) {
    if (Atomics.compareExchange(words, remaining, left, left - 1) !== left) continue
    try {
      perform(left - 1)
    } catch (error) {
      Atomics.store(words, failed, 1)
      throw error
    } finally {
      Atomics.sub(words, pending, 1)
      Atomics.notify(words, pending)
    }
  }
}
