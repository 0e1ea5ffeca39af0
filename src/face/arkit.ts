import type { Shapes } from './shapes.ts';

/**
 * The 61 columns of `arkit` frames: Apple's 52 in the order of Live Link Face, then turns of head and eyes. Source:
 * `ARKIT_ORDER_61` of @convai/web-sdk 1.2.0.
 */
export const arkitColumns: readonly string[] =
  `EyeBlinkLeft EyeLookDownLeft EyeLookInLeft EyeLookOutLeft EyeLookUpLeft EyeSquintLeft EyeWideLeft
EyeBlinkRight EyeLookDownRight EyeLookInRight EyeLookOutRight EyeLookUpRight EyeSquintRight EyeWideRight
JawForward JawRight JawLeft JawOpen MouthClose MouthFunnel MouthPucker MouthRight MouthLeft
MouthSmileLeft MouthSmileRight MouthFrownLeft MouthFrownRight MouthDimpleLeft MouthDimpleRight
MouthStretchLeft MouthStretchRight MouthRollLower MouthRollUpper MouthShrugLower MouthShrugUpper
MouthPressLeft MouthPressRight MouthLowerDownLeft MouthLowerDownRight MouthUpperUpLeft MouthUpperUpRight
BrowDownLeft BrowDownRight BrowInnerUp BrowOuterUpLeft BrowOuterUpRight CheekPuff CheekSquintLeft CheekSquintRight
NoseSneerLeft NoseSneerRight TongueOut HeadYaw HeadPitch HeadRoll
LeftEyeYaw LeftEyePitch LeftEyeRoll RightEyeYaw RightEyePitch RightEyeRoll`.split(/\s+/);

/** How a face of these columns says each viseme. A name with a star stands for its left and its right. */
export const arkitShapes: Shapes = {
  pp: { 'MouthPress*': 0.35, MouthRollLower: 0.3, MouthRollUpper: 0.25, MouthClose: 0.04 },
  ff: { JawOpen: 0.06, MouthRollLower: 0.45, 'MouthUpperUp*': 0.2, 'MouthPress*': 0.1 },
  th: { JawOpen: 0.14, TongueOut: 0.25, 'MouthLowerDown*': 0.2, 'MouthUpperUp*': 0.1 },
  dd: { JawOpen: 0.12, 'MouthLowerDown*': 0.2, 'MouthUpperUp*': 0.1, 'MouthStretch*': 0.1 },
  kk: { JawOpen: 0.2, 'MouthLowerDown*': 0.15, 'MouthUpperUp*': 0.1 },
  ch: { JawOpen: 0.1, MouthFunnel: 0.5, MouthPucker: 0.15, 'MouthLowerDown*': 0.15 },
  ss: { JawOpen: 0.04, 'MouthStretch*': 0.25, 'MouthSmile*': 0.1, 'MouthLowerDown*': 0.2 },
  nn: { JawOpen: 0.1, 'MouthLowerDown*': 0.15, 'MouthUpperUp*': 0.08 },
  rr: { JawOpen: 0.13, MouthFunnel: 0.3, MouthPucker: 0.25 },
  aa: { JawOpen: 0.55, 'MouthLowerDown*': 0.25, 'MouthUpperUp*': 0.15, 'MouthStretch*': 0.08 },
  e: { JawOpen: 0.32, 'MouthSmile*': 0.18, 'MouthStretch*': 0.22, 'MouthLowerDown*': 0.22 },
  ih: { JawOpen: 0.18, 'MouthSmile*': 0.28, 'MouthStretch*': 0.25, 'MouthLowerDown*': 0.18 },
  oh: { JawOpen: 0.38, MouthFunnel: 0.5, MouthPucker: 0.2 },
  ou: { JawOpen: 0.16, MouthFunnel: 0.25, MouthPucker: 0.65 },
};
