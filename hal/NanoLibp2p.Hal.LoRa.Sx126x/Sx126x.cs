namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// Semtech SX1261, SX1262, SX1268, and modules with them (Ra-01SH, E22, Wio-SX1262, the SX1262 hats for a Raspberry Pi). Commands:
    /// datasheet DS.SX1261-2.W.APP Rev 2.1; its chapter 15 (known limitations) is minded: 15.1 modulation at 500 kHz, 15.2 the antenna
    /// clamp, 15.4 inverted IQ. 15.3 concerns implicit headers, which are not used.
    /// </summary>
    public sealed partial class Sx126x : LoRaChip
    {
        // how often BUSY is looked at before the bus rests, and how many milliseconds it may last: a calibration takes 3.5, a TCXO 5
        private const int BusyLooks = 50;
        private const int BusyMs = 20;

        // 5 ms for the TCXO to settle, in steps of 15.625 us
        private const int TcxoSteps = 320;

        private readonly Sx126xOptions _board;
        private int _frameStart;
        private int _frameBytes;
        private bool _isAsleep;

        /// <summary>Makes the chip.</summary>
        /// <param name="bus">What it is wired to.</param>
        /// <param name="board">What the board has; read at each configuration.</param>
        public Sx126x(ILoRaBus bus, Sx126xOptions board)
            : base(bus)
        {
            _board = board;
        }

        /// <inheritdoc/>
        public override bool CanSendWith(int powerDbm)
        {
            return _board.IsSx1261 ? powerDbm >= -17 && powerDbm <= 15 : powerDbm >= -9 && powerDbm <= 22;
        }

        /// <inheritdoc/>
        public override bool Configure(int syncWord, int powerDbm, int frequencyHz)
        {
            _isAsleep = false;
            return Command(SetStandby, 0, 2) && StartOscillator()
                && (!_board.HasDcDc || Command(SetRegulatorMode, 1, 2))
                && (!_board.HasDio2Switch || Command(SetDio2AsRfSwitchCtrl, 1, 2))
                && Command(SetPacketType, PacketTypeLoRa, 2) && Command(GetPacketType, 0, 3) && Back[2] == PacketTypeLoRa
                && Command(CalibrateImage, Image(frequencyHz), 3)
                && SetPower(powerDbm) && Command(SetBufferBaseAddress, 0, 3)

                // each half byte of the word is followed by a 4 (table 12-1)
                && SetRegister(RegSyncWord, (syncWord & 0xF0) | 4) && SetRegister(RegSyncWord + 1, ((syncWord & 0x0F) << 4) | 4)
                && RouteInterrupts();
        }

        /// <inheritdoc/>
        public override bool Listen(LoRaModemOptions modem)
        {
            Bus.SwitchAntenna(LoRaAntenna.Receiver);
            return Command(SetStandby, 0, 2) && Tune(modem, MaxFrameBytes)

                // boosted gain: 2 dB for 0.7 mA; not kept in sleep (datasheet 9.6)
                && SetRegister(RegRxGain, 0x96) && Command(ClearIrqStatus, 0x43FF, 3)

                // no timeout, and on again after each frame
                && Command(SetRx, 0xFFFFFF, 4);
        }

        /// <inheritdoc/>
        public override bool Send(LoRaModemOptions modem, byte[] buffer, int offset, int count)
        {
            Bus.SwitchAntenna(LoRaAntenna.Transmitter);
            return Command(SetStandby, 0, 2) && Tune(modem, count) && Fill(buffer, offset, count) && Command(ClearIrqStatus, 0x43FF, 3)
                && Command(SetTx, 0, 4);
        }

        /// <inheritdoc/>
        public override LoRaEvents Ask(bool needsCrc)
        {
            if (!Command(GetIrqStatus, 0, 4))
            {
                return LoRaEvents.Failed;
            }

            int flags = ((Back[2] << 8) | Back[3]) & IrqUsed;

            // cleared before the frame is read, with what the frame was heralded by: one that comes meanwhile is told the next time
            if (flags != 0 && !Command(ClearIrqStatus, (uint)(flags | IrqHeard), 3))
            {
                return LoRaEvents.Failed;
            }

            LoRaEvents events = (flags & IrqSent) != 0 ? LoRaEvents.Sent : LoRaEvents.None;
            if ((flags & (IrqCrcError | IrqHeaderError)) != 0)
            {
                return events | LoRaEvents.Damaged;
            }

            if ((flags & IrqReceived) == 0)
            {
                return events;
            }

            // a frame whose header says that it has no CRC raises no error, whatever it holds
            int crc = needsCrc ? GetRegister(RegRxCrc) : CrcOnPayload;
            if (crc < 0 || !Command(GetRxBufferStatus, 0, 4))
            {
                return LoRaEvents.Failed;
            }

            _frameBytes = Back[2];
            _frameStart = Back[3];
            return events | ((crc & CrcOnPayload) != 0 ? LoRaEvents.Received : LoRaEvents.Damaged);
        }

        /// <inheritdoc/>
        public override int Read(byte[] buffer, int offset, int capacity)
        {
            if (!Command(GetPacketStatus, 0, 5))
            {
                return -1;
            }

            // datasheet 13.5.3
            int snr = Back[3];
            SetSignal(-(Back[2] >> 1), snr < 128 ? snr : snr - 256);
            if (_frameBytes > capacity)
            {
                return 0;
            }

            int done = 0;
            while (done < _frameBytes)
            {
                int piece = _frameBytes - done < PieceBytes ? _frameBytes - done : PieceBytes;
                Out[0] = ReadBuffer;
                Out[1] = (byte)(_frameStart + done);
                System.Array.Clear(Out, 2, piece + 1);
                if (!WaitReady() || !Transfer(piece + 3))
                {
                    return -1;
                }

                System.Array.Copy(Back, 3, buffer, offset + done, piece);
                done += piece;
            }

            return done;
        }

        /// <inheritdoc/>
        public override bool IsListening()
        {
            // a chip that was reset by its supply is in standby
            return Command(GetStatus, 0, 2) && (Back[1] & StatusMode) == StatusReceiving;
        }

        /// <inheritdoc/>
        public override bool IsHearing()
        {
            return Command(GetIrqStatus, 0, 4) && (Back[3] & IrqHeard) != 0;
        }

        /// <inheritdoc/>
        public override bool Sleep()
        {
            Bus.SwitchAntenna(LoRaAntenna.None);

            // warm: the configuration is kept
            bool isDone = Command(SetStandby, 0, 2) && Command(SetSleep, 4, 2);
            _isAsleep = isDone;
            return isDone;
        }

        private bool StartOscillator()
        {
            if (_board.TcxoTenthVolts == 0)
            {
                return true;
            }

            // until it is told of its TCXO the chip reports that its crystal does not start, and nothing is calibrated (13.3.6)
            return Command(SetDio3AsTcxoCtrl, (TcxoCode(_board.TcxoTenthVolts) << 24) | TcxoSteps, 5)
                && Command(ClearDeviceErrors, 0, 3) && Command(Calibrate, 0x7F, 2);
        }

        private bool SetPower(int dbm)
        {
            if (_board.IsSx1261)
            {
                // 15 dBm is 14 with another duty cycle (table 13-21)
                return Command(SetPaConfig, dbm == 15 ? 0x06000101u : 0x04000101u, 5) && Ramp(dbm == 15 ? 14 : dbm);
            }

            // 15.2: a badly matched antenna makes the chip hold its power back too early
            int clamp = GetRegister(RegTxClamp);
            return clamp >= 0 && SetRegister(RegTxClamp, clamp | 0x1E) && Command(SetPaConfig, 0x04070001, 5) && Ramp(dbm);
        }

        // 200 us
        private bool Ramp(int dbm)
        {
            return Command(SetTxParams, ((uint)(dbm & 0xFF) << 8) | 4, 3);
        }

        private bool RouteInterrupts()
        {
            System.Array.Clear(Out, 0, 9);
            Out[0] = SetDioIrqParams;
            Out[1] = (IrqUsed | IrqHeard) >> 8;
            Out[2] = (IrqUsed | IrqHeard) & 0xFF;
            Out[3] = IrqUsed >> 8;
            Out[4] = IrqUsed & 0xFF;
            return WaitReady() && Transfer(9);
        }

        private bool Tune(LoRaModemOptions modem, int payloadBytes)
        {
            // in steps of 32 MHz / 2^25
            long wide = modem.FrequencyHz;
            int steps = (int)((wide << 25) / 32000000);
            bool isWide = modem.BandwidthHz == 500000;
            int bandwidth = isWide ? 6 : modem.BandwidthHz == 250000 ? 5 : 4;
            bool isDone = Command(SetRfFrequency, (uint)steps, 5) && Command(SetModulationParams,
                (uint)((modem.SpreadingFactor << 24) | (bandwidth << 16) | ((modem.CodingRate - 4) << 8) | (modem.IsSlow ? 1 : 0)), 5);
            Out[0] = SetPacketParams;
            Out[1] = (byte)(modem.PreambleSymbols >> 8);
            Out[2] = (byte)modem.PreambleSymbols;
            Out[3] = 0;
            Out[4] = (byte)payloadBytes;
            Out[5] = (byte)(modem.HasCrc ? 1 : 0);
            Out[6] = (byte)(modem.IsInverted ? 1 : 0);
            return isDone && WaitReady() && Transfer(7)

                // 15.1 and 15.4
                && ChangeBit2(RegTxModulation, !isWide) && ChangeBit2(RegIqPolarity, !modem.IsInverted);
        }

        private bool ChangeBit2(int register, bool isSet)
        {
            int value = GetRegister(register);
            return value >= 0 && SetRegister(register, isSet ? value | 4 : value & ~4);
        }

        private bool Fill(byte[] buffer, int offset, int count)
        {
            int done = 0;
            while (done < count)
            {
                int piece = count - done < PieceBytes ? count - done : PieceBytes;
                Out[0] = WriteBuffer;
                Out[1] = (byte)done;
                System.Array.Copy(buffer, offset + done, Out, 2, piece);
                if (!WaitReady() || !Transfer(piece + 2))
                {
                    return false;
                }

                done += piece;
            }

            return true;
        }

        private bool SetRegister(int register, int value)
        {
            return Command(WriteRegister, (uint)((register << 8) | value), 4);
        }

        // -1 when the chip does not answer
        private int GetRegister(int register)
        {
            return Command(ReadRegister, (uint)register << 16, 5) ? Back[4] : -1;
        }

        // a transaction of so many bytes: the command, then the last ones of a word, the most significant first
        private bool Command(int command, uint word, int count)
        {
            if (_isAsleep && !Wake())
            {
                return false;
            }

            Out[0] = (byte)command;
            for (int i = count - 1; i > 0; i--)
            {
                Out[i] = (byte)word;
                word >>= 8;
            }

            return WaitReady() && Transfer(count);
        }

        // BUSY is high while it sleeps, and the fall of chip select wakes it (datasheet 9.3): the one transaction that does not wait.
        private bool Wake()
        {
            _isAsleep = false;
            Out[0] = GetStatus;
            Out[1] = 0;
            return Transfer(2) && WaitReady();
        }

        // Before each other transaction (datasheet 8.3.1). A line that stays high is told as a failure, so that whoever drives the chip
        // resets it.
        private bool WaitReady()
        {
            for (int i = 0; i < BusyLooks; i++)
            {
                if (!Bus.IsBusy)
                {
                    return true;
                }
            }

            for (int i = 0; i < BusyMs; i++)
            {
                Bus.Rest();
                if (!Bus.IsBusy)
                {
                    return true;
                }
            }

            return false;
        }

        // table 13-35
        private static uint TcxoCode(int tenthVolts)
        {
            return tenthVolts <= 18 ? (uint)tenthVolts - 16 : tenthVolts == 22 ? 3u : tenthVolts == 24 ? 4u : tenthVolts == 27 ? 5u
                : tenthVolts == 30 ? 6u : 7u;
        }

        // table 9-2: the ends of the band that the image is calibrated for, in steps of 4 MHz
        private static uint Image(int hz)
        {
            return hz > 900000000 ? 0xE1E9u : hz > 850000000 ? 0xD7DBu : hz > 770000000 ? 0xC1C5u : hz > 460000000 ? 0x7581u : 0x6B6Fu;
        }
    }
}
