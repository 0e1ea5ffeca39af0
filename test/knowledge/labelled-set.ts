/** A short document and two questions that it alone answers: one in its own words, one as people ask. */
export type Labelled = { name: string; text: string; questions: [string, string] };

export const labelledSet: Labelled[] = [
  {
    name: 'lighthouse.txt',
    text: 'Skerry lighthouse was built in 1871. Its lamp can be seen from eighteen miles away. Two hundred and four steps lead up to the lantern room.',
    questions: [
      'How many steps lead up to the lantern room?',
      'From how far can one see the lamp of the lighthouse?',
    ],
  },
  {
    name: 'ferry.txt',
    text: 'The ferry to Ostrey leaves at seven in the morning and at four in the afternoon. A ticket costs nine crowns; children under six travel free.',
    questions: ['When does the ferry to Ostrey leave?', 'What do I pay for a ferry ticket?'],
  },
  {
    name: 'bakery.txt',
    text: 'Aunt Morwenna bakes rye bread, cinnamon rolls and plum cake. The bakery is closed on Mondays. The oven was brought from Lisbon.',
    questions: [
      'On which day is the bakery closed?',
      'Where does the oven of the bakery come from?',
    ],
  },
  {
    name: 'dragon.txt',
    text: 'Emberwing the dragon sleeps under Mount Cald. She hoards sheet music instead of gold and wakes when somebody plays the cello badly.',
    questions: ['What does Emberwing hoard?', 'What wakes the dragon?'],
  },
  {
    name: 'potion.txt',
    text: 'The healing potion needs three leaves of moonwort, a pinch of silver salt and rain water. Stir it counterclockwise until it turns green.',
    questions: [
      'How many leaves of moonwort does the healing potion need?',
      'Which way do I stir the potion?',
    ],
  },
  {
    name: 'museum.txt',
    text: 'The museum of clocks opens at ten and closes at six. Guided tours begin every full hour. Photography is allowed without flash.',
    questions: ['When do guided tours begin?', 'May I take photographs in the museum?'],
  },
  {
    name: 'warranty.txt',
    text: 'The warranty of the vacuum cleaner covers two years. Batteries are covered for six months. Damage by water is excluded.',
    questions: [
      'How long are batteries covered?',
      'Does the warranty cover water damage to the vacuum cleaner?',
    ],
  },
  {
    name: 'returns.txt',
    text: 'Shoes may be returned within thirty days in their box with the receipt. Refunds are paid to the original card within a week.',
    questions: ['Within how many days may shoes be returned?', 'How fast are refunds paid?'],
  },
  {
    name: 'submarine.txt',
    text: 'The submarine Nerida dives to four thousand metres. Her crew of three breathes recycled air for up to ninety hours.',
    questions: [
      'How deep does the submarine Nerida dive?',
      'How large is the crew of the submarine?',
    ],
  },
  {
    name: 'photosynthesis.txt',
    text: 'Photosynthesis turns water and carbon dioxide into sugar and oxygen with the energy of light. It happens in the chloroplasts of plant cells.',
    questions: [
      'Where does photosynthesis happen in plant cells?',
      'What does photosynthesis turn carbon dioxide into?',
    ],
  },
  {
    name: 'chess.txt',
    text: 'The village chess club meets on Thursdays in the old library. Beginners get a free lesson. The champion is called Ignatius Bell.',
    questions: [
      'Who is the champion of the chess club?',
      'On which evening does the chess club meet?',
    ],
  },
  {
    name: 'train.txt',
    text: 'The night train to Valmora has a dining car and twelve sleeping compartments. Bicycles need a reservation of their own.',
    questions: [
      'Where is the night train going with its dining car?',
      'Do bicycles need a reservation on the train?',
    ],
  },
  {
    name: 'beekeeper.txt',
    text: 'Oswin keeps forty hives of bees on the southern slope. The heather honey is harvested in August and sold at the market in jars of clay.',
    questions: ['How many hives of bees does Oswin keep?', 'When is the honey harvested?'],
  },
  {
    name: 'rules.txt',
    text: 'In the arena, magic is forbidden. A duel ends when one fighter touches the red line. The winner receives a laurel and fifty coins.',
    questions: ['When does a duel end?', 'What does the winner receive in the arena?'],
  },
  {
    name: 'hotel.txt',
    text: 'Breakfast at the Hotel Meridian is served from half past six until ten. The swimming pool is on the roof. Dogs are welcome for a small fee.',
    questions: ['Where is the swimming pool of the hotel?', 'Until when is breakfast served?'],
  },
  {
    name: 'telescope.txt',
    text: 'The great telescope at Alder Peak has a mirror of eight metres. On clear nights visitors may look at Saturn and its rings.',
    questions: ['How large is the mirror of the telescope?', 'Which planet may visitors look at?'],
  },
  {
    name: 'castle.txt',
    text: 'Castle Dunmore has a secret passage behind the tapestry of the unicorn. It leads to the chapel. Lady Isolde had it dug in secret.',
    questions: ['Where does the secret passage lead?', 'Who had the passage of the castle dug?'],
  },
  {
    name: 'router.txt',
    text: 'To reset the router, hold the small button on its back for ten seconds until the lamp blinks orange. The password is printed on the label below.',
    questions: [
      'How long must I hold the button to reset the router?',
      'Where is the password of the router printed?',
    ],
  },
  {
    name: 'volcano.txt',
    text: 'The volcano Tarragh last erupted in 1932 and buried the village of Lorne. Scientists measure its tremors every minute.',
    questions: ['When did Tarragh last erupt?', 'Which village did the volcano bury?'],
  },
  {
    name: 'festival.txt',
    text: 'The lantern festival takes place on the last Saturday of October. Everybody wears masks of animals and dances on the bridge until midnight.',
    questions: [
      'When does the lantern festival take place?',
      'What do people wear at the festival?',
    ],
  },
  {
    name: '茶馆.txt',
    text: '竹影茶馆每天清晨六点开门，招牌是桂花乌龙。掌柜姓沈，已经经营了三十年。',
    questions: ['茶馆几点开门？', '竹影茶馆的招牌茶是什么？'],
  },
  {
    name: '长城.txt',
    text: '长城全长两万一千多公里，始建于春秋时期。明代修建的部分保存得最完好。',
    questions: ['长城有多长？', '哪个朝代修建的长城保存得最好？'],
  },
  {
    name: '熊猫.txt',
    text: '大熊猫主要吃竹子，每天要吃十二到三十八公斤。它们生活在四川的山林里。',
    questions: ['大熊猫主要吃什么？', '大熊猫生活在哪里？'],
  },
  {
    name: '地铁.txt',
    text: '地铁二号线首班车五点半发车，末班车十一点。学生凭证可以半价乘车。',
    questions: ['地铁二号线的末班车是几点？', '学生坐地铁有优惠吗？'],
  },
  {
    name: '保修.txt',
    text: '手机保修期为一年，电池保修半年。屏幕摔碎不在保修范围内。维修需要三个工作日。',
    questions: ['电池保修多久？', '手机维修需要几天？'],
  },
  {
    name: '剑客.txt',
    text: '剑客陆青衣的佩剑叫霜河，是师父临终前所赠。他从不在雪天拔剑。',
    questions: ['陆青衣的佩剑叫什么名字？', '剑客什么天气从不拔剑？'],
  },
  {
    name: '药铺.txt',
    text: '城南药铺的止咳糖浆用枇杷叶、川贝和蜂蜜熬成。孕妇不宜服用。',
    questions: ['止咳糖浆是用什么熬成的？', '孕妇可以服用药铺的糖浆吗？'],
  },
  {
    name: '图书馆.txt',
    text: '市图书馆一次可借十本书，借期一个月，逾期每天罚款一角。周一闭馆。',
    questions: ['图书馆一次可以借几本书？', '借书逾期要罚款多少？'],
  },
  {
    name: '火星.txt',
    text: '火星上的一天比地球长三十九分钟。奥林匹斯山是太阳系最高的火山。',
    questions: ['火星上的一天有多长？', '太阳系最高的火山是哪一座？'],
  },
  {
    name: '退货.txt',
    text: '商品签收后七天内可以无理由退货，运费由买家承担。退款会在三天内原路返回。',
    questions: ['签收后几天内可以退货？', '退货的运费由谁承担？'],
  },
];
