import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { wordsOf } from "../src/search/words.ts";
import { count } from "./format.ts";
import { splitAt } from "./marks.ts";

/** Shows a text. Marks the words of a query in it, and scrolls to the first of them. `left`: how much was cut off. */
export function Said({
  text,
  left,
  words,
}: {
  text: string;
  left?: number | undefined;
  words?: string | undefined;
}) {
  const box = useRef<HTMLPreElement>(null);
  const parts = useMemo(() => splitAt(text, words === undefined ? [] : wordsOf(words)), [text, words]);
  useLayoutEffect(() => {
    const mark = box.current?.querySelector("mark");
    if (box.current && mark) box.current.scrollTop = mark.offsetTop - box.current.clientHeight / 3;
  }, [parts]);
  return (
    <>
      <pre class="said" dir="auto" ref={box}>
        {parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}
      </pre>
      {left !== undefined && <p class="dim">{count(left)} more characters are not shown.</p>}
    </>
  );
}
