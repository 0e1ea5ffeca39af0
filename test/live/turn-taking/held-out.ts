import { scripts } from './script.ts';

/** Utterances that no rule was made for: written after the last rule, they show what the set itself hides. */
export const heldOut = [
  ...scripts('en', {
    'short answers': ['Next week.', 'Because of the rain.', 'Seven.', 'A little.'],
    'long sentences': [
      'Nobody in the village has seen the miller since the night of the fire.',
      'Could you carry this basket up the stairs for my grandmother?',
      'They built a wall of stones around the garden to keep the goats away.',
    ],
    'pauses after unfinished words': [
      'The reason is {700} that we ran out of water.',
      'Would you mind {700} closing the window?',
      'She promised to {900} write every week.',
      'I wonder whether {700} the road is safe.',
      'They took all of {700} our horses.',
    ],
    'pauses after words that could be all': [
      'We waited for hours {350} in the cold.',
      'You should rest {500} before the journey.',
    ],
    fillers: ['There was, er, {600} a noise upstairs.', 'Hmm, {700} that is a good question.'],
    'dictated numbers': [
      'The order number is eight zero three {700} one one nine.',
      'My phone number is six one seven {600} five five five {600} zero one eight four.',
    ],
    lists: ['You will need a torch, {500} a map, {500} and warm clothes.'],
    'trailing conjunctions': ['We could leave now or {900} wait until morning.'],
    'hesitant starts': ['It {500} it was an accident.', 'Where {400} where are the others?'],
    'noise behind the speech': [
      'keyboard| Who painted this picture?',
      'music| I came to {700} ask a favour.',
    ],
    'backchannels over the answer': ['Of course.', 'Oh, nice.', 'Makes sense.'],
    'short interruptions': ['Not now.', 'Quiet.', 'Listen.'],
    'long interruptions': [
      'Let me ask you something different.',
      'I have heard this story before.',
    ],
  }),
  ...scripts('zh', {
    'short answers': ['下个星期。', '因为下雨。', '一点点。'],
    'long sentences': [
      '自从那天晚上着火以后就没有人见过磨坊主。',
      '你可以帮我奶奶把这个篮子提上楼吗？',
    ],
    'pauses after unfinished words': [
      '原因是 {700} 我们没有水了。',
      '你介不介意把 {700} 窗户关上？',
      '她答应每个星期都 {900} 写信。',
      '我不知道这条路 {700} 安不安全。',
    ],
    'pauses after words that could be all': [
      '我们等了很久 {350} 外面很冷。',
      '你应该休息一下 {500} 再出发。',
    ],
    fillers: ['楼上有，呃， {600} 奇怪的声音。', '这个嘛， {700} 我要想一想。'],
    'dictated numbers': ['我的电话号码是一八六 {700} 二二零零 {700} 五五七八。'],
    lists: ['你需要火把、 {500} 地图、 {500} 和厚衣服。'],
    'trailing conjunctions': ['我们可以现在走，要不然 {900} 等到天亮。'],
    'hesitant starts': ['其他 {400} 其他人在哪里？'],
    'backchannels over the answer': ['当然。', '有意思。'],
    'short interruptions': ['先别说。', '听我说。'],
    'long interruptions': ['这个故事我已经听过了。'],
  }),
];
