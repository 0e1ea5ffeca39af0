/** Somebody asks for a picture, in Chinese or English. By rule: a guess of a model's would cost every message a call. */
const chinese = [
  /(?:画|绘|描绘)(?:一|个|张|幅|下|出|给|我|你|只)/u,
  /(?:发|来|给|要|生成|拍|做|传|看)[^。！？!?\n]{0,12}(?:图片|照片|相片|自拍|画像|插画|图|照)/u,
  /(?:图片|照片|相片|自拍|画像)[^。！？!?\n]{0,6}(?:发|给|看|传)/u,
] as const;
const english = [
  /\b(?:draw|paint|sketch)\b(?! (?:the )?(?:line|conclusion|attention))/iu,
  /\b(?:send|show|make|generate|take|give|create|want|see)\b[^.!?\n]{0,40}\b(?:picture|photo|photograph|image|selfie|drawing|painting|portrait|pic)\b/iu,
] as const;
const refusing =
  /(?:不要|别|不用|不想|不必)[^。！？!?\n]{0,6}(?:画|图|照|发)|\b(?:do not|don't|dont|never|stop)\b/iu;

export function asksForPicture(words: string): boolean {
  return [...chinese, ...english].some((pattern) => pattern.test(words)) && !refusing.test(words);
}
