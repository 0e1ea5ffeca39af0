/*
 * Every request example of the Xingchen contract, under its headings. Ids aside they are sent as they stand: with the
 * header `Expect` that curl sends without a value, and with a comment in the JSON.
 */
type Given = { characterId: string; messageId: string };
export type Example = {
  headings: string;
  /** What sends it: curl the letters, python's requests their escapes. */
  by: 'shell' | 'python';
  method: 'GET' | 'POST';
  /** With `{characterId}`, `{messageId}` and `{userId}` to be filled in. */
  path: string;
  /** The user of whom it speaks, where the path names one. */
  userId: string;
  headers: Record<string, string>;
  /** Undefined: none. */
  body?: (given: Given) => unknown;
  /** What answers. */
  answer: 'chat' | 'stream' | 'created' | 'done' | 'details' | 'list' | 'messages' | 'picture';
};

const messages = [
  { name: '小明', role: 'user', content: '你叫什么名字' },
  { name: '小婉', role: 'assistant', content: '我叫小婉啊。' },
  { name: '小明', role: 'user', content: '你今年多大' },
  { name: '小婉', role: 'assistant', content: '我今年17岁了。' },
  { name: '小明', role: 'user', content: '你有几个闺蜜?' },
];
/** 快速开始. */
export const documentedChat = (characterId: string) => ({
  input: {
    messages,
    aca: {
      botProfile: { characterId },
      userProfile: { userId: '123456789', userName: '小明', basicInfo: '' },
      scenario: { description: '我是小明,是小婉邻居。' },
      context: { useChatHistory: false },
    },
  },
});
const chat = ({ characterId }: Given) => documentedChat(characterId);
const streamed = (given: Given) => ({
  ...chat(given),
  parameters: { incrementalOutput: false },
});

const keyword = [{ value: '关键词' }];
/** 创建角色. */
export const guanYu = {
  name: '满腔忠义的关云长',
  avatar: {
    fileUrl:
      'https://gw.alicdn.com/imgextra/i3/O1CN01iVuwX11jCXzNxM4v9_!!6000000004512-0-tps-3000-2920.jpg',
    filename: '关云长.jpg',
  },
  introduction: '满腔忠义的关云长',
  basicInformation: '我们来玩一个角色扮演的游戏, 你是「满腔忠义的关云长」。',
  openingLine: '我是「关云长」,很高心与你玩游戏',
  traits: '请在对话时尽可能的展现你的性格、感情, 用文言文回答, 并使用古人的语气和用词。',
  chatExample: '{{user}}:敢问阁下尊姓大名。\n{{char}}:吾姓关名羽,字长生,后改云长,河东解良人也。',
  type: 'virtual',
  chatObjective: '我要关羽拜把子',
  roleTypes: ['三国'],
  permConfig: { isPublic: 0, allowApi: 0, allowChat: 0 },
  advancedConfig: {
    isRealInfo: false,
    searchKeyword: '关云长',
    allowSendImage: false,
    imageStyle: '三国演义人物着装',
    allowSendAsr: false,
    asrStyle: '关云长扮演者声音',
    isRealTime: true,
    shortTermMemoryRound: 20,
    longTermMemories: [
      {
        enabled: true,
        memoryType: 'kv',
        kvMemoryConfigs: [
          { enabled: true, memoryText: '姓名' },
          { enabled: true, memoryText: '喜好' },
        ],
      },
      { enabled: true, memoryType: 'summary' },
    ],
    platformPlugins: [
      {
        enabled: true,
        name: 'text_to_image_plugin',
        imageStyle: 'auto',
        positiveDesc: '二次元,彩色',
        negativeDesc: '多头多手指,多手多脚',
      },
      {
        enabled: true,
        name: 'reject_answer_plugin',
        rejectConditions: [
          { enabled: true, conditionType: 'reject_rule', keywords: keyword },
          { enabled: true, conditionType: 'passive_rule', keywords: keyword },
          {
            enabled: true,
            conditionType: 'knowledge_domain_rule',
            subRejectCondition: {
              enabled: true,
              conditionType: 'ancient',
              keywords: [{ value: '明朝' }],
            },
          },
        ],
      },
    ],
  },
};
const guanYuChanged = ({ characterId }: Given) => ({
  characterId,
  ...guanYu,
  name: '满腔忠义的关云长123',
});

/** 角色查询, as the shell sends it. */
const searchWithComment = `{
           "where": {
             //"roleTypes":["三国"],
             "scope": "my"
           },
           "orderBy": ["gmtModified desc"],
           "pageNum": 1,
           "pageSize": 10
         }`;
const search = {
  where: { scope: 'my' },
  orderBy: ['gmtModified desc'],
  pageNum: 1,
  pageSize: 10,
};

const common = { 'Content-Type': 'application/json', 'x-fag-appcode': 'aca' };
const curl = { Expect: '', Accept: '*/*', ...common };
const inspected = { 'X-AcA-DataInspection': 'enable' };
const events = {
  Accept: 'text/event-stream;charset=UTF-8',
  ...inspected,
  'X-AcA-SSE': 'enable',
  'x-fag-servicename': 'aca-chat-send-sse',
};

type Row = Omit<Example, 'by' | 'headers' | 'userId'> & {
  shell: Record<string, string>;
  python: Record<string, string>;
  /** Where the shell sends something else. */
  shellBody?: Example['body'];
};

const rows: Row[] = [
  {
    headings: '快速开始',
    method: 'POST',
    path: '/v2/api/chat/send',
    body: chat,
    answer: 'chat',
    // A blank in front of the end of the key's header, and no `Expect`.
    shell: { ...common, ...inspected, 'x-fag-servicename': 'aca-chat-send' },
    python: { ...common, 'x-fag-servicename': 'aca-chat-send' },
  },
  {
    headings: '固定角色对话 / 流式输出',
    method: 'POST',
    path: '/v2/api/chat/send',
    body: streamed,
    answer: 'stream',
    shell: { ...curl, ...events },
    python: { ...common, ...events },
  },
  {
    headings: '固定角色对话 / 非流式输出',
    method: 'POST',
    path: '/v2/api/chat/send',
    body: chat,
    answer: 'chat',
    shell: { ...curl, ...inspected, 'x-fag-servicename': 'aca-chat-send' },
    // It asks for a stream by `Accept`, which does not count.
    python: {
      ...common,
      ...inspected,
      Accept: 'text/event-stream;charset=UTF-8',
      'x-fag-servicename': 'aca-chat-send',
    },
  },
  {
    headings: '角色管理 / 创建角色',
    method: 'POST',
    path: '/v2/api/character/create',
    body: () => guanYu,
    answer: 'created',
    shell: { ...curl, 'x-fag-servicename': 'aca-character-create' },
    python: { ...common, 'x-fag-servicename': 'aca-character-create' },
  },
  {
    headings: '角色管理 / 更新角色',
    method: 'POST',
    path: '/v2/api/character/update',
    body: guanYuChanged,
    answer: 'done',
    shell: { ...curl, 'x-fag-servicename': 'aca-character-update' },
    python: { ...common, 'x-fag-servicename': 'aca-character-update' },
  },
  {
    headings: '角色管理 / 角色详情',
    method: 'GET',
    path: '/v2/api/character/details?characterId={characterId}',
    answer: 'details',
    shell: {
      ...{ Expect: '', Accept: '*/*', 'x-fag-appcode': 'aca' },
      'x-fag-servicename': 'aca-character-details',
    },
    python: { ...common, 'x-fag-servicename': 'aca-character-details' },
  },
  {
    headings: '角色管理 / 角色查询',
    method: 'POST',
    path: '/v2/api/character/search',
    body: () => search,
    shellBody: () => searchWithComment,
    answer: 'list',
    shell: { ...curl, 'x-fag-servicename': 'aca-character-search' },
    python: { ...common, 'x-fag-servicename': 'aca-character-search' },
  },
  {
    headings: '角色管理 / 删除角色',
    method: 'POST',
    path: '/v2/api/character/delete',
    body: ({ characterId }) => ({ characterId }),
    answer: 'done',
    shell: { ...curl, 'x-fag-servicename': 'aca-character-delete' },
    python: { ...common, 'x-fag-servicename': 'aca-character-delete' },
  },
  {
    headings: '对话历史 / 对话历史查询',
    method: 'POST',
    path: '/v2/api/chat/message/histories',
    body: ({ characterId }) => ({
      where: { characterId, bizUserId: '1234567', startTime: 1689783510026 },
      pageSize: 20,
      orderBy: ['gmtCreate desc'],
    }),
    answer: 'messages',
    shell: { ...curl, 'x-fag-servicename': 'aca-message-history' },
    python: { ...common, 'x-fag-servicename': 'aca-message-history' },
  },
  {
    headings: '对话历史 / 对话历史评价',
    method: 'POST',
    path: '/v2/api/chat/rating',
    body: ({ messageId }) => ({ messageId, rating: 5 }),
    answer: 'done',
    shell: { ...curl, 'x-fag-servicename': 'aca-message-rating' },
    python: { ...common, 'x-fag-servicename': 'aca-message-rating' },
  },
  {
    headings: '对话历史 / 系统推荐',
    method: 'POST',
    path: '/v2/api/chat/reminder',
    body: ({ characterId }) => ({
      characterId,
      bizUserId: 'a8254bffd2a04d0c8ca29af4d7fc6bfc',
      content: '最近为什么不理我啊?',
    }),
    answer: 'done',
    shell: { ...curl, 'x-fag-servicename': 'aca-chat-reminder' },
    python: { ...common, 'x-fag-servicename': 'aca-chat-reminder' },
  },
  {
    headings: '其他 / 万象图片获取',
    method: 'GET',
    path: '/v2/api/chat/polling/image?messageId={messageId}&userId={userId}',
    answer: 'picture',
    shell: {
      ...{ Expect: '', Accept: '*/*', 'x-fag-appcode': 'aca' },
      'x-fag-servicename': 'aca-polling-image',
    },
    python: { ...common, 'x-fag-servicename': 'aca-polling-image' },
  },
];

export const examples: Example[] = rows.flatMap(({ shell, python, shellBody, ...row }) => {
  const { body, ...rest } = row;
  const sent = shellBody ?? body;
  return [
    { ...rest, by: 'shell', userId: '123456789', headers: shell, ...(sent && { body: sent }) },
    { ...rest, by: 'python', userId: '1234567', headers: python, ...(body && { body }) },
  ];
});
