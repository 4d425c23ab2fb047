namespace NanoLibp2p.Samples
{
    /// <summary>A chip that measures the air: what a driver gives, so that the sensor above it is the same on a board and on a
    /// desktop.</summary>
    public abstract class Climate
    {
        /// <summary>Hundredths of a degree Celsius, of the last measurement.</summary>
        public int HundredthsCelsius { get; protected set; }

        /// <summary>Pascals, of the last measurement.</summary>
        public int Pascals { get; protected set; }

        /// <summary>Hundredths of a percent of relative humidity, of the last measurement.</summary>
        public int HundredthsHumidity { get; protected set; }

        /// <summary>Measures once. Result: false when the chip gave nothing.</summary>
        public abstract bool Measure();
    }
}
