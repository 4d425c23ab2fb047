namespace NanoLibp2p.Firmware
{
    // A sensor, where its readings go, and when the next is due.
    internal sealed class Sampler
    {
        internal readonly Sensor Sensor;
        internal readonly int Topic;
        internal readonly int IntervalMs;
        internal long DueMs = long.MinValue;

        // of its last reading in the ring, with what the ring adds
        internal int RingBytes;

        internal Sampler(Sensor sensor, int topic, int intervalMs)
        {
            Sensor = sensor;
            Topic = topic;
            IntervalMs = intervalMs;
        }
    }
}
