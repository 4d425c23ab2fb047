namespace NanoLibp2p.Buffers
{
    // What ProtobufReader reads next. Those up to Tag read a varint; from Payload on, bytes up to the field's end.
    internal enum ProtobufReaderState
    {
        /// <summary>The length prefix of a whole message.</summary>
        Prefix,

        /// <summary>The value of a varint field.</summary>
        VarintValue,

        /// <summary>The length of a length-delimited field.</summary>
        Length,

        /// <summary>The next field's tag, or the end of the innermost message.</summary>
        Tag,

        /// <summary>The value of a fixed field.</summary>
        FixedValue,

        /// <summary>Nothing: the message is complete.</summary>
        Ended,

        /// <summary>Nothing: the message is malformed.</summary>
        Broken,

        /// <summary>The bytes of a field, as chunks.</summary>
        Payload,

        /// <summary>The bytes of a field that is passed over.</summary>
        Skipping,
    }
}
