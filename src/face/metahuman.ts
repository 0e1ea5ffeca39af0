import type { Shapes } from './shapes.ts';

/**
 * The 251 columns of `mha` frames, each `CTRL_expressions_` and one of these; a star stands for L and R. Source:
 * `METAHUMAN_ORDER_251` of @convai/web-sdk 1.2.0, which has it from Unreal's plugin.
 */
const names = `browDown* browLateral* browRaiseIn* browRaiseOuter* earUp* eyeBlink* eyeCheekRaise* eyeFaceScrunch*
eyeLidPress* eyeLookDown* eyeLookLeft* eyeLookRight* eyeLookUp* eyeLowerLidDown* eyeLowerLidUp*
eyeParallelLookDirection eyePupilNarrow* eyePupilWide* eyeRelax* eyeSquintInner* eyeUpperLidUp* eyeWiden*
eyelashesDownIN* eyelashesDownOUT* eyelashesUpIN* eyelashesUpOUT* jawBack jawChinCompress* jawChinRaiseD*
jawChinRaiseU* jawClench* jawFwd jawLeft jawOpen jawOpenExtreme jawRight mouthCheekBlow* mouthCheekSuck*
mouthCornerDepress* mouthCornerDown* mouthCornerNarrow* mouthCornerPull* mouthCornerRounderD*
mouthCornerRounderU* mouthCornerSharpenD* mouthCornerSharpenU* mouthCornerUp* mouthCornerWide* mouthDimple*
mouthDown mouthFunnelD* mouthFunnelU* mouthLeft mouthLipsBlow* mouthLipsPress* mouthLipsPullD*
mouthLipsPullU* mouthLipsPurseD* mouthLipsPurseU* mouthLipsPushD* mouthLipsPushU* mouthLipsStickyLPh1
mouthLipsStickyLPh2 mouthLipsStickyLPh3 mouthLipsStickyRPh1 mouthLipsStickyRPh2 mouthLipsStickyRPh3
mouthLipsThickD* mouthLipsThickInwardD* mouthLipsThickInwardU* mouthLipsThickU* mouthLipsThinD*
mouthLipsThinInwardD* mouthLipsThinInwardU* mouthLipsThinU* mouthLipsTightenD* mouthLipsTightenU*
mouthLipsTogetherD* mouthLipsTogetherU* mouthLipsTowardsD* mouthLipsTowardsU* mouthLowerLipBite*
mouthLowerLipDepress* mouthLowerLipRollIn* mouthLowerLipRollOut* mouthLowerLipShiftLeft
mouthLowerLipShiftRight mouthLowerLipTowardsTeeth* mouthPressD* mouthPressU* mouthRight
mouthSharpCornerPull* mouthStickyDC mouthStickyDIN* mouthStickyDOUT* mouthStickyUC mouthStickyUIN*
mouthStickyUOUT* mouthStretchL mouthStretchLipsClose* mouthStretchR mouthUp mouthUpperLipBite*
mouthUpperLipRaise* mouthUpperLipRollIn* mouthUpperLipRollOut* mouthUpperLipShiftLeft
mouthUpperLipShiftRight mouthUpperLipTowardsTeeth* neckDigastricDown neckDigastricUp neckMastoidContract*
neckStretch* neckSwallowPh1 neckSwallowPh2 neckSwallowPh3 neckSwallowPh4 neckThroatDown neckThroatExhale
neckThroatInhale neckThroatUp noseNasolabialDeepen* noseNostrilCompress* noseNostrilDepress*
noseNostrilDilate* noseWrinkle* noseWrinkleUpper* teethBackD teethBackU teethDownD teethDownU teethFwdD
teethFwdU teethLeftD teethLeftU teethRightD teethRightU teethUpD teethUpU tongueBendDown tongueBendUp
tongueDown tongueIn tongueLeft tongueNarrow tongueOut tonguePress tongueRight tongueRoll tongueThick
tongueThin tongueTipDown tongueTipLeft tongueTipRight tongueTipUp tongueTwistLeft tongueTwistRight tongueUp
tongueWide`;

export const metahumanColumns: readonly string[] = names
  .split(/\s+/)
  .flatMap((name) =>
    name.endsWith('*') ? [`${name.slice(0, -1)}L`, `${name.slice(0, -1)}R`] : [name],
  );

/** How a MetaHuman says each viseme. Its rig holds the lips together while the jaw opens, so lips are parted besides. */
export const metahumanShapes: Shapes = {
  pp: { 'mouthLipsPress*': 0.4, 'mouthLipsTogetherD*': 0.5, 'mouthLipsTogetherU*': 0.5 },
  ff: { jawOpen: 0.05, 'mouthLowerLipBite*': 0.5, 'mouthUpperLipRaise*': 0.2 },
  th: { jawOpen: 0.12, tongueOut: 0.3, 'mouthLowerLipDepress*': 0.25, 'mouthUpperLipRaise*': 0.1 },
  dd: { jawOpen: 0.1, tongueTipUp: 0.5, 'mouthLowerLipDepress*': 0.22, 'mouthUpperLipRaise*': 0.1 },
  kk: { jawOpen: 0.16, 'mouthLowerLipDepress*': 0.2, 'mouthUpperLipRaise*': 0.1 },
  ch: { jawOpen: 0.08, 'mouthFunnelD*': 0.5, 'mouthFunnelU*': 0.5, 'mouthLipsPurseU*': 0.15 },
  ss: {
    jawOpen: 0.03,
    'mouthStretch*': 0.2,
    'mouthCornerPull*': 0.12,
    'mouthLowerLipDepress*': 0.3,
  },
  nn: {
    jawOpen: 0.08,
    tongueTipUp: 0.4,
    'mouthLowerLipDepress*': 0.18,
    'mouthUpperLipRaise*': 0.08,
  },
  rr: {
    jawOpen: 0.11,
    'mouthFunnelD*': 0.3,
    'mouthFunnelU*': 0.3,
    'mouthLipsPurseD*': 0.2,
    'mouthLipsPurseU*': 0.2,
  },
  aa: {
    jawOpen: 0.45,
    'mouthLowerLipDepress*': 0.35,
    'mouthUpperLipRaise*': 0.2,
    'mouthStretch*': 0.05,
  },
  e: {
    jawOpen: 0.26,
    'mouthCornerPull*': 0.2,
    'mouthStretch*': 0.15,
    'mouthLowerLipDepress*': 0.28,
    'mouthUpperLipRaise*': 0.12,
  },
  ih: {
    jawOpen: 0.15,
    'mouthCornerPull*': 0.28,
    'mouthStretch*': 0.15,
    'mouthLowerLipDepress*': 0.24,
    'mouthUpperLipRaise*': 0.1,
  },
  oh: {
    jawOpen: 0.3,
    'mouthFunnelD*': 0.5,
    'mouthFunnelU*': 0.5,
    'mouthLipsPurseD*': 0.2,
    'mouthLipsPurseU*': 0.2,
  },
  ou: {
    jawOpen: 0.12,
    'mouthFunnelD*': 0.25,
    'mouthFunnelU*': 0.25,
    'mouthLipsPurseD*': 0.6,
    'mouthLipsPurseU*': 0.6,
  },
};
