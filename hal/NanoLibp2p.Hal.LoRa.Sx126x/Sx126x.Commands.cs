namespace NanoLibp2p.Hal.LoRa
{
    // Commands, registers and interrupts of the SX1261/62/68 (datasheet DS.SX1261-2.W.APP Rev 2.1, chapters 12 and 13, table 12-1) and
    // values.
    public sealed partial class Sx126x
    {
        private const int ClearIrqStatus = 0x02;
        private const int ClearDeviceErrors = 0x07;
        private const int SetDioIrqParams = 0x08;
        private const int WriteRegister = 0x0D;
        private const int WriteBuffer = 0x0E;
        private const int GetPacketType = 0x11;
        private const int GetIrqStatus = 0x12;
        private const int GetRxBufferStatus = 0x13;
        private const int GetPacketStatus = 0x14;
        private const int ReadRegister = 0x1D;
        private const int ReadBuffer = 0x1E;
        private const int SetStandby = 0x80;
        private const int SetRx = 0x82;
        private const int SetTx = 0x83;
        private const int SetSleep = 0x84;
        private const int SetRfFrequency = 0x86;
        private const int Calibrate = 0x89;
        private const int SetPacketType = 0x8A;
        private const int SetModulationParams = 0x8B;
        private const int SetPacketParams = 0x8C;
        private const int SetTxParams = 0x8E;
        private const int SetBufferBaseAddress = 0x8F;
        private const int SetPaConfig = 0x95;
        private const int SetRegulatorMode = 0x96;
        private const int SetDio3AsTcxoCtrl = 0x97;
        private const int CalibrateImage = 0x98;
        private const int SetDio2AsRfSwitchCtrl = 0x9D;
        private const int GetStatus = 0xC0;

        private const int RegIqPolarity = 0x0736;
        private const int RegSyncWord = 0x0740;
        private const int RegRxCrc = 0x076B;
        private const int RegTxModulation = 0x0889;
        private const int RegRxGain = 0x08AC;
        private const int RegTxClamp = 0x08D8;

        private const int IrqSent = 0x0001;
        private const int IrqReceived = 0x0002;
        private const int IrqHeaderError = 0x0020;
        private const int IrqCrcError = 0x0040;
        private const int IrqTimeout = 0x0200;

        // what raises the interrupt line, and what is only kept for IsHearing: a preamble, a valid header
        private const int IrqUsed = IrqSent | IrqReceived | IrqHeaderError | IrqCrcError | IrqTimeout;
        private const int IrqHeard = 0x0014;

        private const int PacketTypeLoRa = 1;

        // bits 6 to 4 of the status byte: receiving
        private const int StatusMode = 0x70;
        private const int StatusReceiving = 0x50;

        // of RegRxCrc: the header that came says that a CRC follows the payload
        private const int CrcOnPayload = 0x10;
    }
}
