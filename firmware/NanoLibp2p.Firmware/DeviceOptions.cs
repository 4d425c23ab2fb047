using System;
using NanoLibp2p.Core;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Firmware
{
    /// <summary>The sizes and times of a device: its node, its pubsub and the shell around them.</summary>
    public sealed class DeviceOptions
    {
        // what author, number, signature and field headers take in a message (PubSubOptions.MaxMessageBytes)
        private const int MessageExtraBytes = 122;

        /// <summary>Sizes and times of the node.</summary>
        public NodeOptions Node = new NodeOptions();

        /// <summary>Sizes and times of pubsub: its defaults, but for messages of 512 bytes at most, which is what readings need.</summary>
        public PubSubOptions PubSub = new PubSubOptions { MaxMessageBytes = 512 };

        /// <summary>Bytes of the ring that keeps readings until they are sent; each takes four more than its own.</summary>
        public int RingBytes = 4096;

        /// <summary>Bytes of the longest reading.</summary>
        public int MaxReadingBytes = 256;

        /// <summary>Sensors that can be published.</summary>
        public int MaxSensors = 4;

        /// <summary>Milliseconds of the first pause after a connection ended or no address answered; doubled each time.</summary>
        public int ReconnectMs = 1000;

        /// <summary>Milliseconds of the longest pause.</summary>
        public int MaxReconnectMs = 60000;

        /// <summary>Milliseconds that a connection has to last for the next pause to be the first again.</summary>
        public int StableMs = 30000;

        /// <summary>
        /// Milliseconds for which the dialled peer may take none of the readings that are kept, because it does not subscribe or does not
        /// confirm; then the next address of the dial list has its turn. With one address the log says so, and it stays. 0 never leaves.
        /// </summary>
        public int DeafMs = 60000;

        /// <summary>
        /// Whether a reading is kept until a ping that was sent behind it has come back. What a dying link swallowed is then sent again,
        /// perhaps twice; without, it is lost. Costs one ping (32 bytes each way) for all readings of one round trip.
        /// </summary>
        public bool ConfirmReadings = true;

        /// <summary>Who confirms. Others that subscribed hear the readings too, perhaps twice, and the ring keeps them all the
        /// same.</summary>
        public Confirmers ConfirmedBy = Confirmers.DialList;

        /// <summary>Checks the sizes that the shell adds; the node and pubsub check theirs.</summary>
        /// <exception cref="ArgumentException">One is out of range; the message says which and what to do.</exception>
        public void Check()
        {
            if (MaxReadingBytes < 16 || RingBytes > 65535 || RingBytes < MaxReadingBytes + ReadingRing.HeaderBytes)
            {
                throw new ArgumentException("RingBytes = " + RingBytes.ToString() + " and MaxReadingBytes = " + MaxReadingBytes.ToString()
                    + "; give a reading 16 bytes at least, and the ring room for one and no more than 65535");
            }

            int message = MaxReadingBytes + PubSub.MaxTopicBytes + MessageExtraBytes;
            if (PubSub.MaxMessageBytes < message)
            {
                throw new ArgumentException("a reading of MaxReadingBytes = " + MaxReadingBytes.ToString() + " makes a message of up to "
                    + message.ToString() + " bytes, and MaxMessageBytes = " + PubSub.MaxMessageBytes.ToString()
                    + "; raise PubSubOptions.MaxMessageBytes or lower DeviceOptions.MaxReadingBytes");
            }

            if (MaxSensors < 1 || MaxSensors > 255)
            {
                throw new ArgumentException("MaxSensors = " + MaxSensors.ToString() + "; give 1 to 255");
            }

            if (ReconnectMs < 1 || MaxReconnectMs < ReconnectMs)
            {
                throw new ArgumentException("ReconnectMs = " + ReconnectMs.ToString() + " and MaxReconnectMs = " + MaxReconnectMs.ToString()
                    + "; give one millisecond at least, and the second no less than the first");
            }

            NodeOptions.CheckRange(DeafMs, 0, int.MaxValue, "DeafMs");
        }
    }
}
