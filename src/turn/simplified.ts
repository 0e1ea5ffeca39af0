/**
 * The characters by which turn-taking judges Chinese, each after its traditional form, as Whisper often writes it. The
 * rules have the simplified ones.
 */
const pairs =
  '與与還还過过為为雖虽後后話话論论儘尽萬万僅仅關关對对於于據据總总別别隨随請请問问覺觉認认準准備备應应該该須须來来實实' +
  '給给讓让從从離离當当較较經经剛刚們们說说帶带傳传寫写講讲時时現现個个張张條条塊块種种隻只歡欢買买選选顏颜國国誰谁' +
  '裡里裏里麼么幾几嗎吗兩两點点煩烦開开謝谢見见無无號号碼码電电機机郵邮編编訂订單单賬账帳账驗验證证會会許许係系沒没' +
  '錯错樣样這这確确厲厉誒诶題题贊赞嘆叹訴诉間间著着讀读聽听';

const simplifiedOf = new Map<string, string>();
for (const [pair] of pairs.matchAll(/../gu)) {
  const [from = '', to = ''] = pair;
  simplifiedOf.set(from, to);
}

/** Traditional Chinese in the characters of the rules; everything else as it is, and as long as before. */
export function simplified(text: string): string {
  return text.replace(/\p{Script=Han}/gu, (char) => simplifiedOf.get(char) ?? char);
}
