namespace NanoLibp2p.Hal.Ieee802154
{
    // The API frames that are used (Digi 90002273, "API frames"): where their fields are.
    internal static class XBeeFrames
    {
        internal const byte TransmitRequest = 0x10;
        internal const byte TransmitStatus = 0x8B;
        internal const byte Received = 0x90;

        // type, id, address 8, network address 2, radius, options
        internal const int RequestHead = 14;

        // type, address 8, network address 2, options
        internal const int ReceivedHead = 12;
        internal const int ReceivedAddress = 1;

        // type, id, network address 2, retries, delivery, discovery
        internal const int StatusBytes = 7;
        internal const int StatusId = 1;
        internal const int StatusDelivery = 5;

        internal const int AddressBytes = 8;
    }
}
