namespace NanoLibp2p.Hal.LoRa
{
    // Registers of the SX1276/77/78/79 in LoRa mode (datasheet DS_SX1276-7-8-9_W_APP_V7, section 4.4 and table 41) and values in them.
    public sealed partial class Sx127x
    {
        private const int RegFifo = 0x00;
        private const int RegOpMode = 0x01;
        private const int RegFrequency = 0x06;
        private const int RegPaConfig = 0x09;
        private const int RegOverCurrent = 0x0B;
        private const int RegLna = 0x0C;
        private const int RegFifoPointer = 0x0D;
        private const int RegFifoTxBase = 0x0E;
        private const int RegFifoRxBase = 0x0F;
        private const int RegFifoRxCurrent = 0x10;
        private const int RegIrqMask = 0x11;
        private const int RegIrqFlags = 0x12;
        private const int RegRxBytes = 0x13;
        private const int RegModemStatus = 0x18;
        private const int RegPacketSnr = 0x19;
        private const int RegPacketRssi = 0x1A;
        private const int RegHopChannel = 0x1C;
        private const int RegModemConfig1 = 0x1D;
        private const int RegModemConfig2 = 0x1E;
        private const int RegPreamble = 0x20;
        private const int RegPayloadLength = 0x22;
        private const int RegMaxPayloadLength = 0x23;
        private const int RegModemConfig3 = 0x26;
        private const int RegIfFrequency1 = 0x2F;
        private const int RegIfFrequency2 = 0x30;
        private const int RegDetectOptimize = 0x31;
        private const int RegInvertIq = 0x33;
        private const int RegHighBandwidth1 = 0x36;
        private const int RegDetectThreshold = 0x37;
        private const int RegSyncWord = 0x39;
        private const int RegHighBandwidth2 = 0x3A;
        private const int RegInvertIq2 = 0x3B;
        private const int RegDioMapping1 = 0x40;
        private const int RegVersion = 0x42;
        private const int RegPaDac = 0x4D;

        // in FSK mode the address of RegInvertIq2
        private const int RegImageCalibration = 0x3B;

        private const int ModeFskSleep = 0x00;
        private const int ModeFskStandby = 0x01;
        private const int ModeSleep = 0x80;
        private const int ModeStandby = 0x81;
        private const int ModeTransmit = 0x83;
        private const int ModeReceive = 0x85;

        // set below 525 MHz (bit 3 of RegOpMode: low frequency mode)
        private const int ModeLowBand = 0x08;
        private const int LowBandEndHz = 525000000;

        private const int FlagReceived = 0x40;
        private const int FlagCrcError = 0x20;
        private const int FlagSent = 0x08;
        private const int FlagsAll = 0xFF;

        // of RegHopChannel: the header that came says that a CRC follows the payload
        private const int CrcOnPayload = 0x40;

        // of RegModemStatus: a signal is detected, synchronized, or its header is valid
        private const int SignalHeard = 0x0B;

        private const int ImageStart = 0x40;
        private const int ImageRunning = 0x20;

        // RegVersion of the silicon of SX1276 to SX1279; RFM95 and its like carry the same
        private const int Version = 0x12;

        private const int DioReceived = 0x00;
        private const int DioSent = 0x40;
    }
}
