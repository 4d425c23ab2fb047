namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// Semtech SX1276, SX1277 (to spreading factor 9), SX1278, SX1279, and modules with them such as RFM95W. Register values: datasheet
    /// DS_SX1276-7-8-9_W_APP_V7; errata: ERRATA_SX1276-7-8_2013 1.1, sections 2.1 (sensitivity at 500 kHz) and 2.3 (spurious reception).
    /// </summary>
    public sealed partial class Sx127x : LoRaChip
    {
        // milliseconds that the image calibration may take; it is said to take 10
        private const int ImageMs = 50;

        private readonly bool _usesBoost;
        private int _band;

        /// <summary>Makes the chip.</summary>
        /// <param name="bus">What it is wired to.</param>
        /// <param name="usesBoost">Which output the board's antenna is at: PA_BOOST (nearly all modules, RFM95W too; 2 to 20 dBm), or, if
        /// false, RFO (-4 to 14 dBm).</param>
        public Sx127x(ILoRaBus bus, bool usesBoost)
            : base(bus)
        {
            _usesBoost = usesBoost;
        }

        /// <inheritdoc/>
        public override bool CanSendWith(int powerDbm)
        {
            return _usesBoost ? powerDbm >= 2 && powerDbm <= 20 : powerDbm >= -4 && powerDbm <= 14;
        }

        /// <inheritdoc/>
        public override bool Configure(int syncWord, int powerDbm, int frequencyHz)
        {
            _band = frequencyHz < LowBandEndHz ? ModeLowBand : 0;
            if (Get(RegVersion) != Version)
            {
                return false;
            }

            // the receiver's image rejection, in FSK standby, with the amplifier off meanwhile (datasheet 2.1.3.8)
            bool isDone = Put(RegOpMode, ModeFskStandby | _band) && SetFrequency(frequencyHz) && Put(RegPaConfig, 0) && CalibrateImage()

                // bit 7, LoRa, changes in sleep mode only (datasheet 4.1.6)
                && Put(RegOpMode, ModeFskSleep | _band) && Put(RegOpMode, ModeSleep | _band) && Put(RegOpMode, ModeStandby | _band);
            return isDone && SetPower(powerDbm)

                // highest gain, 150 % of the current in the high band; the automatic gain control takes over (RegModemConfig3)
                && Put(RegLna, 0x23)

                // the whole FIFO for either direction, which alternate
                && Put(RegFifoTxBase, 0) && Put(RegFifoRxBase, 0) && Put(RegMaxPayloadLength, MaxFrameBytes)
                && Put(RegDetectThreshold, 0x0A) && Put(RegSyncWord, syncWord)
                && Put(RegIrqMask, FlagsAll & ~(FlagReceived | FlagCrcError | FlagSent));
        }

        /// <inheritdoc/>
        public override bool Listen(LoRaModemOptions modem)
        {
            Bus.SwitchAntenna(LoRaAntenna.Receiver);
            return Put(RegOpMode, ModeStandby | _band) && Tune(modem) && Put(RegInvertIq, modem.IsInverted ? 0x67 : 0x27)
                && Put(RegDioMapping1, DioReceived) && Put(RegIrqFlags, FlagsAll) && Put(RegFifoPointer, 0)
                && Put(RegOpMode, ModeReceive | _band);
        }

        /// <inheritdoc/>
        public override bool Send(LoRaModemOptions modem, byte[] buffer, int offset, int count)
        {
            Bus.SwitchAntenna(LoRaAntenna.Transmitter);
            return Put(RegOpMode, ModeStandby | _band) && Tune(modem) && Put(RegInvertIq, modem.IsInverted ? 0x26 : 0x27)
                && Put(RegPayloadLength, count) && Put(RegFifoPointer, 0) && Fill(buffer, offset, count)
                && Put(RegDioMapping1, DioSent) && Put(RegIrqFlags, FlagsAll) && Put(RegOpMode, ModeTransmit | _band);
        }

        /// <inheritdoc/>
        public override LoRaEvents Ask(bool needsCrc)
        {
            int flags = Get(RegIrqFlags);
            if (flags < 0)
            {
                return LoRaEvents.Failed;
            }

            // cleared before the frame is read: one that comes meanwhile is told the next time
            if (flags != 0 && !Put(RegIrqFlags, flags))
            {
                return LoRaEvents.Failed;
            }

            LoRaEvents events = (flags & FlagSent) != 0 ? LoRaEvents.Sent : LoRaEvents.None;
            if ((flags & FlagReceived) == 0)
            {
                return events;
            }

            if ((flags & FlagCrcError) != 0)
            {
                return events | LoRaEvents.Damaged;
            }

            // a frame whose header says that it has no CRC raises no error, whatever it holds
            int channel = needsCrc ? Get(RegHopChannel) : CrcOnPayload;
            return channel < 0 ? LoRaEvents.Failed
                : events | ((channel & CrcOnPayload) != 0 ? LoRaEvents.Received : LoRaEvents.Damaged);
        }

        /// <inheritdoc/>
        public override int Read(byte[] buffer, int offset, int capacity)
        {
            int count = Get(RegRxBytes);
            int start = Get(RegFifoRxCurrent);
            int snr = Get(RegPacketSnr);
            int rssi = Get(RegPacketRssi);
            if (count < 0 || start < 0 || snr < 0 || rssi < 0)
            {
                return -1;
            }

            // datasheet 5.5.5; the low band's receiver has another offset
            snr = snr < 128 ? snr : snr - 256;
            SetSignal((_band == 0 ? -157 : -164) + rssi + (rssi >> 4) + (snr < 0 ? snr / 4 : 0), snr);
            if (count > capacity)
            {
                return 0;
            }

            return Put(RegFifoPointer, start) && Drain(buffer, offset, count) ? count : -1;
        }

        /// <inheritdoc/>
        public override bool IsListening()
        {
            // a chip that was reset by its supply is in FSK standby, with the sync word and the modem that it begins with
            return Get(RegOpMode) == (ModeReceive | _band);
        }

        /// <inheritdoc/>
        public override bool IsHearing()
        {
            int status = Get(RegModemStatus);
            return status >= 0 && (status & SignalHeard) != 0;
        }

        /// <inheritdoc/>
        public override bool Sleep()
        {
            Bus.SwitchAntenna(LoRaAntenna.None);
            return Put(RegOpMode, ModeSleep | _band);
        }

        private bool SetPower(int dbm)
        {
            if (!_usesBoost)
            {
                return Put(RegPaConfig, dbm > 0 ? 0x70 | dbm : dbm + 4) && Put(RegPaDac, 0x84) && Put(RegOverCurrent, 0x2B);
            }

            // above 17 dBm the amplifier's other setting and a limit of 140 mA instead of 100 (datasheet 5.4.3, 5.4.4)
            return dbm > 17
                ? Put(RegPaConfig, 0xF0 | (dbm - 5)) && Put(RegPaDac, 0x87) && Put(RegOverCurrent, 0x31)
                : Put(RegPaConfig, 0xF0 | (dbm - 2)) && Put(RegPaDac, 0x84) && Put(RegOverCurrent, 0x2B);
        }

        private bool SetFrequency(int hz)
        {
            // in steps of 32 MHz / 2^19; writing the last byte takes all three over
            long wide = hz;
            int steps = (int)((wide << 19) / 32000000);
            return Put(RegFrequency, (steps >> 16) & 0xFF) && Put(RegFrequency + 1, (steps >> 8) & 0xFF)
                && Put(RegFrequency + 2, steps & 0xFF);
        }

        private bool CalibrateImage()
        {
            int value = Get(RegImageCalibration);
            if (value < 0 || !Put(RegImageCalibration, value | ImageStart))
            {
                return false;
            }

            for (int i = 0; i < ImageMs; i++)
            {
                value = Get(RegImageCalibration);
                if (value >= 0 && (value & ImageRunning) == 0)
                {
                    return true;
                }

                Bus.Rest();
            }

            return false;
        }

        private bool Tune(LoRaModemOptions modem)
        {
            int bandwidth = modem.BandwidthHz == 125000 ? 7 : modem.BandwidthHz == 250000 ? 8 : 9;
            return SetFrequency(modem.FrequencyHz) && Put(RegModemConfig1, (bandwidth << 4) | ((modem.CodingRate - 4) << 1))
                && Put(RegModemConfig2, (modem.SpreadingFactor << 4) | (modem.HasCrc ? 4 : 0))
                && Put(RegModemConfig3, 4 | (modem.IsSlow ? 8 : 0))
                && Put(RegPreamble, (modem.PreambleSymbols >> 8) & 0xFF) && Put(RegPreamble + 1, modem.PreambleSymbols & 0xFF)
                && Put(RegInvertIq2, modem.IsInverted ? 0x19 : 0x1D) && MindErrata(modem, bandwidth == 9);
        }

        private bool MindErrata(LoRaModemOptions modem, bool isWide)
        {
            // 2.3: the automatic choice of the intermediate frequency hears signals that are not there, but at 500 kHz
            bool isDone = Put(RegDetectOptimize, isWide ? 0xC3 : 0x43);
            if (isDone && !isWide)
            {
                isDone = Put(RegIfFrequency1, 0x40) && Put(RegIfFrequency2, 0x00);
            }

            // 2.1: at 500 kHz the receiver needs two values to be as sensitive as it should
            isDone = isDone && Put(RegHighBandwidth1, isWide ? 0x02 : 0x03);
            return isDone && (!isWide || Put(RegHighBandwidth2, modem.FrequencyHz < LowBandEndHz ? 0x7F : 0x64));
        }

        private bool Fill(byte[] buffer, int offset, int count)
        {
            Out[0] = RegFifo | 0x80;
            int done = 0;
            while (done < count)
            {
                int piece = count - done < PieceBytes ? count - done : PieceBytes;
                System.Array.Copy(buffer, offset + done, Out, 1, piece);
                if (!Transfer(piece + 1))
                {
                    return false;
                }

                done += piece;
            }

            return true;
        }

        private bool Drain(byte[] buffer, int offset, int count)
        {
            Out[0] = RegFifo;
            int done = 0;
            while (done < count)
            {
                int piece = count - done < PieceBytes ? count - done : PieceBytes;
                System.Array.Clear(Out, 1, piece);
                if (!Transfer(piece + 1))
                {
                    return false;
                }

                System.Array.Copy(Back, 1, buffer, offset + done, piece);
                done += piece;
            }

            return true;
        }

        private bool Put(int register, int value)
        {
            Out[0] = (byte)(register | 0x80);
            Out[1] = (byte)value;
            return Transfer(2);
        }

        // -1 when the bus failed
        private int Get(int register)
        {
            Out[0] = (byte)register;
            Out[1] = 0;
            return Transfer(2) ? Back[1] : -1;
        }
    }
}
