using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames
{
    /// <summary>Sizes and habits of a <see cref="FrameNode"/>: its link's, and the application's.</summary>
    public sealed class FrameNodeOptions
    {
        /// <summary>What the session needs to know of the link: MTU, suite, numbers set aside by one write.</summary>
        public readonly DeviceSessionOptions Session = new DeviceSessionOptions();

        /// <summary>Readings that wait at the same time; a full ring drops its oldest. Each takes <see cref="ReadingBytes"/> and 16 bytes
        /// more.</summary>
        public int Readings = 16;

        /// <summary>The longest reading, as it goes over the air.</summary>
        public int ReadingBytes = 48;

        /// <summary>The longest data of a message: a reading as JSON, or all readings of a batch.</summary>
        public int MessageBytes = 256;

        /// <summary>Topics that readings may be published on, up to 16.</summary>
        public int Topics = 4;

        /// <summary>Gateways that it may talk to, up to 4; 2 on the smallest boards.</summary>
        public int Gateways = FrameGateways.Capacity;

        /// <summary>Readings of a batch (SPEC.md 9.2), up to 32.</summary>
        public int BatchReadings = 8;

        /// <summary>A batch is signed after this time, however few its readings are.</summary>
        public int BatchMs = 6 * 3600 * 1000;

        /// <summary>Counts the airtime of each hour in the node's own record: a <c>FrameLedger</c> of NanoLibp2p.Frames.Airtime, the node's
        /// own. Null where the link has no limit, or keeps it itself (<see cref="FrameNodeEvents.WaitMs"/>).</summary>
        public IFrameAirtime Airtime;

        /// <summary>How long after the end of a frame its answer has been received to its end, in milliseconds: on LoRa a second, the
        /// longest answer and 150; 1,000 over BLE, 300 over serial lines and 802.15.4, 2,000 over UDP.</summary>
        public int AnswerMs = 1000;

        /// <summary>Whether the device listens in that time only, as on LoRa: it sends nothing meanwhile.</summary>
        public bool HasWindows;

        /// <summary>Whether a device without gateways takes the first that answers, for ten minutes after a start by hand.</summary>
        public bool MayMeet;

        /// <summary>The gateway that <see cref="MayMeet"/> is for, which first contact then names: on links bounded by air no other answers
        /// (SPEC.md 5.5). Null for any.</summary>
        public PeerId Meets;

        /// <summary>Whether the gateway may call methods 80h to FFh.</summary>
        public bool MayBeCalled;

        /// <summary>Bytes of the longest answer to a call.</summary>
        public int AnswerBytes = 32;
    }
}
